# readiness in a small image. Mount the project at /work; what its board runs must be there too, so
# most projects build their own image FROM this one.
#
#   docker build --tag readiness .
#   docker run --rm --volume "$PWD:/work" readiness check
FROM python:3.14-slim AS build
COPY . /source
RUN python -m venv /opt/readiness \
 && /opt/readiness/bin/python -m pip install --no-cache-dir --disable-pip-version-check /source \
 && /opt/readiness/bin/python -m pip uninstall --yes pip

FROM python:3.14-slim
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git \
 && rm -rf /var/lib/apt/lists/* \
 && git config --system --add safe.directory /work
COPY --from=build /opt/readiness /opt/readiness
ENV PYTHONDONTWRITEBYTECODE=1
RUN ln -s /opt/readiness/bin/readiness /usr/local/bin/readiness \
 && useradd --create-home --uid 1000 readiness
USER 1000
WORKDIR /work
ENTRYPOINT ["readiness"]
CMD ["check"]
