"""How the web server runs, wherever it does: `gunicorn pops.wsgi --config python:pops.gunicorn`."""

worker_class = "gthread"
threads = 4
# A worker says here that it lives; a disk that is busy must not look like a worker that hangs.
worker_tmp_dir = "/dev/shm"  # noqa: S108 - gunicorn makes a file of its own there
# Those who wait for an answer when it is told to stop.
graceful_timeout = 30
control_socket_disable = True
accesslog = "-"
# Without what follows the question mark, and without where they came from: staff search by patients' names.
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms'
