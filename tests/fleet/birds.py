"""Documents about birds, handed in and asked for."""

from api.questions.bodies import AnswerResponse, SearchResponse
from api.schemas import Upload
from tests.fleet.processes import Server
from tests.tiny import pdf

BIRDS = (
    *("heron", "kestrel", "osprey", "plover", "curlew", "dunlin", "lapwing", "avocet", "gannet"),
    *("puffin", "fulmar", "skua", "petrel", "bittern", "egret", "crane", "stork", "ibis", "rail"),
    *("coot", "grebe", "loon", "smew", "teal", "wigeon", "pochard", "scaup", "eider", "scoter"),
    "merganser",
)
LEASE_S = 90.0


def about(bird: str, grams: int = 700) -> bytes:
    return pdf(f"Where the {bird} nests", f"The {bird} of the northern marsh weighs {grams} grams")


def question(bird: str) -> str:
    return f"How much does the {bird} weigh?"


def hand_in(server: Server, collection: str, bird: str, grams: int = 700) -> Upload:
    return server.client.upload(collection, about(bird, grams), name=f"{bird}.pdf")


def index(server: Server, collection: str, *birds: str) -> dict[str, str]:
    """Hand documents in, wait until all are ready, and return their ids."""
    taken = {bird: hand_in(server, collection, bird) for bird in birds}
    for upload in taken.values():
        end(server, upload)
    return {bird: upload.document.id for bird, upload in taken.items()}


def end(server: Server, upload: Upload) -> None:
    assert upload.job is not None
    assert server.client.wait_for_job(upload.job.id, timeout_s=LEASE_S).state == "done"


def found(server: Server, collection: str, bird: str) -> list[str]:
    """The names of the documents that are found, best first."""
    return [hit.name for hit in server.client.search(collection, question(bird)).hits]


def as_told(answered: SearchResponse | AnswerResponse) -> str:
    """Everything but how long it took."""
    return answered.model_dump_json(exclude={"timings"})
