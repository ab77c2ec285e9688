import subprocess
import sys

import pytest

pytestmark = pytest.mark.colpali


def test_torchvision_can_be_imported_whatever_torch_it_was_built_for() -> None:
    script = (
        "from index.encoders.visual.compat import declare_torchvision_operators as declare; "
        "assert declare() is declare(); "
        "import torchvision.transforms.v2, torch; torch.ops.torchvision.nms"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", script], check=True)  # noqa: S603  our own words


def test_nothing_heavy_is_imported_before_a_model_is_opened() -> None:
    script = (
        "import sys, index.encoders.visual.encoder, index.encoders.registry; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'PIL')))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0  # noqa: S603  our own words
