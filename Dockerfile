# syntax=docker/dockerfile:1
# The service on CPUs. The Python and Debian releases are the ones that the tests run on.

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
RUN pip install --no-deps --no-build-isolation . && pip check

FROM python:3.11.14-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        poppler-utils tesseract-ocr tesseract-ocr-deu tesseract-ocr-fra \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --home-dir /srv/pagesight --create-home pagesight \
    && install -d -o pagesight -g pagesight /data
COPY --from=build /opt/pagesight /opt/pagesight
ENV PATH=/opt/pagesight/bin:$PATH PYTHONUNBUFFERED=1 PAGESIGHT_DATA=/data
USER pagesight
WORKDIR /srv/pagesight
VOLUME /data
EXPOSE 8080
# The readiness of the stores is /readyz: a container is not restarted because they are away.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/livez', timeout=4)"]
ENTRYPOINT ["pagesight"]
CMD ["serve"]
