# Two stages: what is needed to build stays behind.
FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /app
COPY requirements/uv.txt requirements/base.txt requirements/
RUN python -m venv .venv \
 && .venv/bin/python -m pip install --quiet --require-hashes -r requirements/uv.txt \
 && .venv/bin/python -m uv pip install --quiet --compile-bytecode --require-hashes -r requirements/base.txt \
 && .venv/bin/python -m pip uninstall --quiet --yes uv
COPY . .
RUN .venv/bin/python -m compileall -q areas config contracts post requests \
 && .venv/bin/python manage.py catalogues --compile \
 && STATIC_ROOT=/app/static-files COLLECT_STATIC=1 .venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin eslabon \
 && install -d -o eslabon -g eslabon /data
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    STATIC_ROOT=/app/static-files \
    DATA_DIR=/data \
    HOST=0.0.0.0 \
    PORT=8000
VOLUME /data
USER eslabon
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-m", "config.probe"]
CMD ["python", "-m", "config.serve"]
