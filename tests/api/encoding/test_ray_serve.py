"""The encoder service on Ray: two replicas, asked as one encoder."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

pytestmark = [
    pytest.mark.ray,
    pytest.mark.skipif(find_spec("ray") is None, reason="needs: pip install '.[ray]'"),
]

SCRIPT = """
import os, signal, sys, tempfile
from concurrent.futures import ThreadPoolExecutor
import httpx, numpy as np, ray
from ray import serve
from api.encoding.ray_serve import Options, build
from index.encoders.minilm import MiniLmEncoder
from index.encoders.service.encoder import ServedEncoder, find_served
from index.encoders.service.servers import Servers
from tests.api.encoding.test_app import TEXT, page

ray.init(num_cpus=2, include_dashboard=False, configure_logging=False)
serve.start(http_options={"port": 0 or int(sys.argv[1])})
serve.run(build(Options(least=2, most=2, cpus=0.5)))
url = f"http://127.0.0.1:{sys.argv[1]}"
servers = Servers([url], "between-us")
encoder = ServedEncoder.open(find_served("all-MiniLM-L6-v2", None, servers), servers)
texts = [TEXT + f" number {n}" for n in range(12)]
with ThreadPoolExecutor(12) as pool:
    found = [*pool.map(lambda text: encoder.encode_pages([page(text)])[0], texts)]
here = MiniLmEncoder.open()
wanted = [here.encode_pages([page(text)])[0] for text in texts]
print("same", all(a.vectors.tobytes() == b.vectors.tobytes() for a, b in zip(found, wanted)))
print("refused", httpx.get(f"{url}/encoder").status_code)
serve.shutdown(); ray.shutdown()
"""


def test_replicas_on_ray_give_the_bytes_of_the_encoder(tmp_path: Path) -> None:
    told = {name: value for name, value in os.environ.items() if "PAGESIGHT" not in name}  # noqa: TID251
    told |= {
        "PYTHONPATH": str(ROOT),
        "PAGESIGHT_DATA": str(tmp_path / "data"),
        "PAGESIGHT_ENCODER_KEY": "between-us",
        "PAGESIGHT_ENCODER_THREADS": "1",
        "RAY_AUTH_MODE": "disabled",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_agent_register_timeout_ms": "240000",  # a busy machine takes long to start
        "RAY_raylet_start_wait_time_s": "240",
    }
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-c", SCRIPT, "8191"],
        env=told,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "same True" in done.stdout, done.stderr[-3000:]
    assert "refused 401" in done.stdout
