#!/usr/bin/env bash
# Pin every package with its hashes: requirements.lock is the service, requirements-dev.lock the
# same with what checks it. Arguments go to uv, such as --upgrade. torch is pinned in
# requirements-torch.txt, and what only its CUDA build needs comes along with it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=.venv/bin/python
[ -x "$python" ] || python3 -m venv .venv

CUDA_ONLY=(
  triton cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas nvidia-cuda-cupti
  nvidia-cuda-nvrtc nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile nvidia-curand
  nvidia-cusolver nvidia-cusparse nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvjitlink
  nvidia-nvshmem-cu13 nvidia-nvtx
)

left_out=(--no-emit-package torch)
for name in "${CUDA_ONLY[@]}"; do
  left_out+=(--no-emit-package "$name")
done

compile() {
  "$python" -m uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
    --no-annotate --quiet --custom-compile-command 'make lock' "${left_out[@]}" "$@"
}

"$python" -m pip install --quiet 'uv>=0.13,<0.14'
compile --constraint requirements-torch.txt --output-file requirements.lock "$@"
compile --constraint requirements-torch.txt --constraint requirements.lock \
  --extra dev --extra colpali --output-file requirements-dev.lock
