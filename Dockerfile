# syntax=docker/dockerfile:1
# The service on CPUs; for GPUs build with
#   --build-arg TORCH_INDEX=https://pypi.org/simple --build-arg EXTRAS=colpali
# The Python and Debian releases are the ones that the tests run on.

FROM python:3.11.14-slim-bookworm AS build
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
WORKDIR /src
RUN python -m venv /opt/pagesight
ENV PATH=/opt/pagesight/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock requirements-torch.txt ./
RUN pip install --require-hashes --no-deps -r requirements.lock \
    && pip install --extra-index-url "$TORCH_INDEX" -r requirements-torch.txt
# The int8 kernel is in C. Without a compiler it would be left out, and searching slower.
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
COPY . .
# Extras are in no lock: what they bring is bound to the locked versions, and has no hash.
ARG EXTRAS=
RUN pip install --no-deps --no-build-isolation . \
    && if [ -n "$EXTRAS" ]; then \
        grep -oE '^[a-z0-9.-]+==[^ ;]+' requirements.lock > pins.txt \
        && pip install --no-build-isolation --extra-index-url "$TORCH_INDEX" \
            -c pins.txt -c requirements-torch.txt ".[$EXTRAS]"; \
    fi \
    && pip check

FROM python:3.11.14-slim-bookworm
ARG VERSION=0.1.0
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
LABEL org.opencontainers.image.title="Pagesight" \
    org.opencontainers.image.description="Answers questions over document collections by looking at the pages" \
    org.opencontainers.image.version="$VERSION" \
    org.opencontainers.image.licenses="Apache-2.0"
# On a GPU Triton compiles what starts its kernels when it starts them.
RUN apt-get update \
    && case "$TORCH_INDEX" in */cpu) compiler= ;; *) compiler="gcc libc6-dev" ;; esac \
    && apt-get install -y --no-install-recommends $compiler \
        bubblewrap poppler-utils tesseract-ocr tesseract-ocr-deu tesseract-ocr-fra \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --home-dir /srv/pagesight --create-home pagesight \
    && install -d -o pagesight -g pagesight /data
COPY --from=build /opt/pagesight /opt/pagesight
# Models and caches go where something may be written.
ENV PATH=/opt/pagesight/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PAGESIGHT_DATA=/data HF_HOME=/data/models XDG_CACHE_HOME=/tmp/cache TRITON_CACHE_DIR=/tmp/cache/triton
USER pagesight
WORKDIR /srv/pagesight
VOLUME /data
EXPOSE 8080
# The readiness of the stores is /readyz: a container is not restarted because they are away.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/livez', timeout=4)"]
ENTRYPOINT ["pagesight"]
CMD ["serve"]
