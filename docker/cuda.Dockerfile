# docker build -f docker/cuda.Dockerfile -t xlalign:cuda .
# docker run --rm --gpus all -v "$PWD":/work -v xlalign-cache:/cache xlalign:cuda run my.toml
FROM python:3.12-slim
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 XLALIGN_CACHE=/cache HF_HOME=/cache/huggingface \
    NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
WORKDIR /opt/xlalign
# A compiler for torch.compile (`compiled = true`).
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
COPY pyproject.toml README.md LICENSE ./
COPY pipelines pipelines
COPY xlalign xlalign
# The wheels of torch bring CUDA's libraries; the driver comes from the host. constraints.txt pins a CPU build.
RUN pip install . && useradd --create-home user && mkdir /cache /work && chown user /cache /work
USER user
WORKDIR /work
VOLUME ["/work", "/cache"]
ENTRYPOINT ["xlalign"]
CMD ["--help"]
