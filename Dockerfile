# One image for the API and the workers; the command decides which it is.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv /opt/kith && /opt/kith/bin/pip install --require-hashes -r requirements.lock
COPY . .
RUN /opt/kith/bin/pip install --no-deps --no-build-isolation .
# GraphiQL and React, checked against their pinned SHA-256, so that the API serves them without an outside network.
RUN KITH_CACHE=/opt/kith/cache /opt/kith/bin/python -c "from engines import graphiql; graphiql.assets()"

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/kith kith \
    && install -d -o kith -g kith /var/lib/kith/store
COPY --from=build /opt/kith /opt/kith
ENV PATH=/opt/kith/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    KITH_HOME=/var/lib/kith \
    KITH_CACHE=/opt/kith/cache \
    KITH_STORE_PATH=/var/lib/kith/store \
    KITH_API_HOST=0.0.0.0 \
    KITH_API_PORT=8000
USER kith
VOLUME /var/lib/kith/store
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["kith"]
CMD ["run-api"]
