# One image for web, workers, scheduler and migrations: docker-compose.yml gives each its command.

FROM python:3.12-slim AS packages
ENV UV_PROJECT_ENVIRONMENT=/opt/venv \
    UV_PYTHON_DOWNLOADS=never \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy
WORKDIR /build
RUN pip install --no-cache-dir uv
# Only what packages depend on: a change in the code leaves this layer as it is.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-default-groups

FROM python:3.12-slim
# WeasyPrint's libraries, and fonts for names in many scripts (see pops/local/system.py for the choice).
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
        fonts-dejavu-core fonts-noto-core fonts-droid-fallback fonts-lexi-gulim \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent pops \
    # A named volume takes over owner and mode from here.
    && install -d -o pops -g pops -m 0750 /srv/media

COPY --from=packages /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    # Fontconfig keeps its cache here; the file system itself is read-only.
    XDG_CACHE_HOME=/tmp/cache \
    STATIC_ROOT=/srv/static \
    MEDIA_ROOT=/srv/media \
    WEB_CONCURRENCY=2

WORKDIR /app
COPY . .
# Settings want values; none of these is kept, and no server is asked.
RUN SECRET_KEY=build SITE_URL=https://build DATABASE_URL=postgresql://build/build REDIS_URL=redis://build/0 \
    STRIPE_SECRET_KEY=build STRIPE_PUBLISHABLE_KEY=build STRIPE_WEBHOOK_SECRET=build \
    EMAIL_URL=smtp://build DEFAULT_FROM_EMAIL=build@build \
    python manage.py collectstatic --no-input \
    && python -m compileall -q /app

USER pops
EXPOSE 8000
# Django answers only to its own host name, so the check asks under it.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "-c", "import os, urllib.request as r; from urllib.parse import urlsplit; r.urlopen(r.Request('http://127.0.0.1:8000/health/', headers={'Host': urlsplit(os.environ['SITE_URL']).hostname}), timeout=4)"]
# The proxy asks whatever takes connections, so the application is loaded before the port is opened. The rest stands in
# pops/gunicorn.py, for systemd too, where a reload brings new code: that can't be loaded once for all.
CMD ["gunicorn", "pops.wsgi", "--config", "python:pops.gunicorn", "--preload", "--bind", "0.0.0.0:8000"]
