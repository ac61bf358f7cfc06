# docker build -f docker/cpu.Dockerfile -t xlalign .
# docker run --rm -v "$PWD":/work -v xlalign-cache:/cache xlalign run quickstart
FROM python:3.12-slim
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 XLALIGN_CACHE=/cache HF_HOME=/cache/huggingface
WORKDIR /opt/xlalign
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY pipelines pipelines
COPY xlalign xlalign
# torch first and from its own index: the default wheel brings gigabytes of CUDA that a CPU never uses.
RUN pip install -c constraints.txt --extra-index-url https://download.pytorch.org/whl/cpu torch \
    && pip install -c constraints.txt . \
    && useradd --create-home user && mkdir /cache /work && chown user /cache /work
USER user
WORKDIR /work
VOLUME ["/work", "/cache"]
ENTRYPOINT ["xlalign"]
CMD ["--help"]
