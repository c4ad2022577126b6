# One image for every command: `run` (bot and poet), `bot`, `worker`, `db`, `daily`.
#
#   docker build -t qibu .
#   docker run --env-file .env --volume qibu:/data qibu
#
# Build arguments
#   TORCH                 cpu (default) | cuda: the build fails if the torch it got cannot use a GPU
#                         | none: an image for `qibu bot` alone, without torch and the poet
#   EXTRAS                more of pyproject.toml's extras, as cluster; pinned by version alone
#   PIP_EXTRA_INDEX_URL   read by pip. On x86-64, PyPI's torch is the CUDA build: it runs on a CPU as
#                         well, but brings gigabytes. For a small image give the address of the CPU
#                         builds, which pytorch.org names under Get Started: Linux, Pip, CPU.

FROM python:3.11-slim-bookworm AS build
ARG TORCH=cpu
ARG EXTRAS=
ARG PIP_EXTRA_INDEX_URL=
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/qibu
ENV PATH=/opt/qibu/bin:$PATH
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY docker/requirements.py docker/
COPY docker/lock/ docker/lock/
# The dependencies first: they change seldom and are large. Every file by its digest (`make lock`),
# but torch's CPU build: that is another file in every index, and pinned by its version alone.
RUN case "$TORCH" in \
      none) pip install --require-hashes --requirement docker/lock/bot.txt ;; \
      cpu) pip install --require-hashes --requirement docker/lock/poet.txt \
        && python docker/requirements.py torch > torch.txt \
        && pip install --requirement torch.txt ;; \
      cuda) pip install --require-hashes --requirement docker/lock/poet.txt \
        && pip install --require-hashes --requirement docker/lock/torch.txt \
        && python -c 'import sys, torch; sys.exit(not torch.version.cuda and "no CUDA here")' ;; \
      *) echo "TORCH is $TORCH: make it cpu, cuda or none" >&2; exit 1 ;; \
    esac \
 && if [ -n "$EXTRAS" ]; then \
      python docker/requirements.py "$EXTRAS" > extras.txt \
      && pip install --requirement extras.txt; \
    fi
COPY bot/ bot/
COPY migrations/ migrations/
COPY model/ model/
COPY qibu/ qibu/
RUN pip install --no-deps .

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 qibu \
 && useradd --uid 10001 --gid qibu --no-create-home --home-dir /data qibu \
 && install --directory --owner qibu --group qibu /data
COPY --from=build /opt/qibu /opt/qibu
COPY docker/healthcheck.py /opt/qibu/healthcheck.py
# The bot's page of health listens inside the container only, for HEALTHCHECK.
ENV PATH=/opt/qibu/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    QIBU_DATABASE_URL=sqlite+aiosqlite:////data/qibu.db \
    QIBU_METRICS_LISTEN=127.0.0.1:9100
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8077
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "/opt/qibu/healthcheck.py"]
ENTRYPOINT ["qibu"]
CMD ["run"]
