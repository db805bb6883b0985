# bayse-agent in a container: docs/containers.md says how it is run.
# Three stages: the dashboard is built with Node, the package with Python, and what runs has neither
# Node nor pip, no tests, no sources beyond the package, and no user but its own.
ARG NODE_IMAGE=node:20.19.4-bookworm-slim
ARG PYTHON_IMAGE=python:3.12.11-slim-bookworm

FROM ${NODE_IMAGE} AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
RUN npm run build

FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN python -m venv --without-pip /opt/bayse-agent \
 && pip --python /opt/bayse-agent/bin/python install --require-hashes --only-binary :all: -r requirements.lock \
 && pip install --require-hashes --only-binary :all: -r requirements-build.lock
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY bayse_agent/ bayse_agent/
COPY --from=web /src/bayse_agent/web/ bayse_agent/web/
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && pip --python /opt/bayse-agent/bin/python install --no-deps --no-index /wheels/*.whl \
 && /opt/bayse-agent/bin/bayse-agent --version

FROM ${PYTHON_IMAGE}
RUN pip uninstall --yes --root-user-action=ignore pip setuptools wheel \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin agent \
 && install --directory --owner=10001 --group=0 --mode=0700 /data
COPY --from=build /opt/bayse-agent /opt/bayse-agent
ENV PATH=/opt/bayse-agent/bin:$PATH \
    AGENT_DATA_DIR=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["bayse-agent", "health"]
ENTRYPOINT ["bayse-agent"]
CMD ["serve", "--host", "0.0.0.0", "--data", "/data/demo"]
