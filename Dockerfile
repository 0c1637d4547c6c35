FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LOG_FORMAT=json TENURE_HOME=/srv/tenure/var
WORKDIR /srv/tenure

# The dependencies first: their layer stays while only the product changes.
COPY requirements/runtime.lock requirements/
RUN pip install --no-cache-dir --require-hashes --requirement requirements/runtime.lock

COPY . .
RUN SECRET_KEY=only-while-static-files-are-collected python manage.py collectstatic --noinput \
    && useradd --system tenure && chown -R tenure var
USER tenure

EXPOSE 8000
CMD ["gunicorn", "--bind=0.0.0.0:8000", "config.wsgi"]
