"""Qdrant's engine behind Qdrant's wire format, in a process of its own, for tests.

No Qdrant server comes as a package, but its engine does (Qdrant Edge), and so do the messages of
its gRPC interface (qdrant-client). This puts the one behind the other for the calls that
`index/vectors/server.py` makes. It is one node: no consensus, no replicas, no optimisation in the
background, no REST. What it shows is that our requests are well formed and mean what we think,
over a real network, in real processes; not how a cluster behaves.
"""
