from tests.faults.canaries import Canary
from tests.faults.oracle import Ledger, make_collection
from tests.faults.processes import server
import time

def test_it(tmp_path):
    with server(tmp_path / "data") as running:
        t = time.time(); running.start(); print("start", time.time()-t)
        make_collection(running.http)
        ledger = Ledger()
        ledger.hand_in(running.http, Canary(1, 3))
        gone = ledger.hand_in(running.http, Canary(2, 2))
        t = time.time(); ledger.check(running.http); print("check", time.time()-t)
        ledger.delete(running.http, gone)
        ledger.check(running.http)
        running.kill()
        t = time.time(); running.start(); print("start", time.time()-t)
        ledger.check(running.http)
        running.kill_everything()
        t = time.time(); running.start(); print("start", time.time()-t)
        t = time.time(); ledger.check(running.http); print("check", time.time()-t)
        print(running.end())
