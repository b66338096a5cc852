# The image of the service: docs/docker.md says how to build, pin, check and run it.
#
# The stages share one base, so that the venv finds its Python where it was made. The default is the newest patch of the
# Python and Debian that all tests run on; a release is built with the digest that was looked at:
#   --build-arg BASE=docker.io/library/python:3.11-slim-bookworm@sha256:...
ARG BASE=docker.io/library/python:3.11-slim-bookworm

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src

# What builds is hashed as well, and never reaches the venv. A private index: --secret id=pip.conf,src=FILE.
# Bytecode is made here, for the root is read-only where this runs; by hash, so that it does not depend on the time of the
# build. olefile2.py is for Python 2; all else must compile.
COPY requirements-build.txt requirements.txt ./
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes -r requirements-build.txt \
 && /opt/build/bin/pip wheel --require-hashes --no-deps --no-build-isolation -w /wheels -r requirements.txt \
 && python -m venv --without-pip /opt/scanner \
 && /opt/build/bin/pip --python /opt/scanner/bin/python install --no-index --no-deps --no-compile /wheels/*.whl \
 && /opt/scanner/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash \
        -x '/olefile/olefile2\.py$' /opt/scanner/lib

# Our own wheel, without dependencies: those above are all it may use, and pip check says so. pcodedmp is under the GPL;
# oletools would use it for an option that is never asked for (docs/supply-chain.md).
COPY pyproject.toml README.md LICENSE ./
COPY scanner scanner
COPY emulator emulator
COPY rules rules
RUN /opt/build/bin/pip wheel --no-index --no-deps --no-build-isolation -w /wheel . \
 && /opt/build/bin/pip --python /opt/scanner/bin/python install --no-index --no-deps --no-compile /wheel/*.whl \
 && /opt/build/bin/pip --python /opt/scanner/bin/python check \
 && /opt/build/bin/pip --python /opt/scanner/bin/python uninstall -y pcodedmp \
 && /opt/scanner/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash \
        /opt/scanner/lib/python3*/site-packages/scanner /opt/scanner/lib/python3*/site-packages/emulator


FROM ${BASE}

# tini reaps the children that take contents apart, and hands signals on. The rest goes: pip and what could install it
# again, lists and logs of apt, and the right of any program to become another user.
# DL3008 wants versions pinned: Debian takes old point releases away, so that such a build fails within weeks. Which ones
# they are, the SBOM says.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libarchive13 libmagic1 tini \
 && rm -rf /usr/local/lib/python3*/site-packages/* /usr/local/lib/python3*/ensurepip /usr/local/bin/pip* \
        /usr/lib/python3*/ensurepip /usr/share/python-wheels \
        /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/log/* /root/.cache \
 && find / -xdev -type f -perm /6000 -exec chmod ug-s {} +

# A number, which Kubernetes can tell from root; the chart has the same. Group 0 may write what its owner may write, so
# that platforms which choose a user themselves (OpenShift) can: their users are in that group.
RUN mkdir -m 0770 /data /spool && chown 10001:0 /data /spool

COPY --from=build /opt/scanner /opt/scanner
COPY rules /opt/scanner/rules

# `rules` in the settings, the default, is the shipped folder: relative paths start here.
WORKDIR /opt/scanner
ENV PATH=/opt/scanner/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/nonexistent \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONFAULTHANDLER=1 PYTHONSAFEPATH=1 \
    SCANNER_CONFIG=/etc/scanner/scanner.yaml
USER 10001:10001
EXPOSE 9464
STOPSIGNAL SIGTERM

# Whether its loops turn, not whether it could scan: a restart cures neither clamd nor Egnyte. Kubernetes has probes.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["scanner", "healthcheck"]

ENTRYPOINT ["/usr/bin/tini", "--", "scanner"]
CMD ["run"]

# Last, since they differ with each build.
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="scanner" \
      org.opencontainers.image.description="Scans every new file version of an Egnyte domain, and quarantines what is bad" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
