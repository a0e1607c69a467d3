"""A plain Django site with the same post and home page, each behind Django's per-view cache; gunicorn serves `application`.

Settings are those that `django-admin startproject` makes, without the admin; the page's frame is Periodical's own HTML.
"""

import os
import pathlib

from django.conf import settings

HEAD, TAIL = (pathlib.Path(name).read_text() for name in ("frame_head.html", "frame_tail.html"))

settings.configure(
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="the bench has no secrets of its own",
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": os.environ["BENCH_HOST"],
            "USER": os.environ["BENCH_USER"],
            "NAME": os.environ["BENCH_DATABASE"],
            "CONN_MAX_AGE": None,
        }
    },
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.locmem.Loader",
                        {
                            "frame.html": "{% verbatim frame %}"
                            + HEAD
                            + "{% endverbatim frame %}{% block main %}{% endblock %}{% verbatim frame %}"
                            + TAIL
                            + "{% endverbatim frame %}",
                            "post.html": """{% extends "frame.html" %}{% block main %}<article>
<h1>{{ post.title }}</h1><p>{{ post.published_at|date:"j F Y" }}, {{ post.views }} readings</p><p>{{ post.summary }}</p>
{{ post.content|linebreaks }}</article>{% endblock %}""",
                            "home.html": """{% extends "frame.html" %}{% block main %}<h1>Recurring e-mail</h1>
<dl><dt>Mailings</dt><dd>{{ mailings }}</dd><dt>Active</dt><dd>{{ active }}</dd><dt>Recipients</dt><dd>{{ recipients }}</dd></dl>
{% for post in posts %}<article><h2><a href="/blog/{{ post.slug }}">{{ post.title }}</a></h2><p>{{ post.summary }}</p></article>{% endfor %}
{% endblock %}""",
                        },
                    )
                ]
            },
        }
    ],
)

import django  # noqa: E402 (it reads the settings)

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.shortcuts import get_object_or_404, render  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.cache import cache_page  # noqa: E402


class Row(models.Model):
    class Meta:
        abstract = True
        app_label = "bench"
        managed = False


class Post(Row):
    slug = models.TextField()
    title = models.TextField()
    summary = models.TextField()
    content = models.TextField()
    is_published = models.BooleanField()
    published_at = models.DateTimeField()
    views = models.BigIntegerField()

    class Meta(Row.Meta):
        abstract = False
        db_table = "posts"


class Mailing(Row):
    status = models.TextField()

    class Meta(Row.Meta):
        abstract = False
        db_table = "mailings"


class Recipient(Row):
    email = models.TextField()

    class Meta(Row.Meta):
        abstract = False
        db_table = "recipients"


@cache_page(60)
def post(request, slug):
    return render(request, "post.html", {"post": get_object_or_404(Post, slug=slug, is_published=True)})


@cache_page(60)
def home(request):
    figures = {
        "mailings": Mailing.objects.count(),
        "active": Mailing.objects.filter(status="running").count(),
        "recipients": Recipient.objects.values("email").distinct().count(),
        "posts": Post.objects.filter(is_published=True).order_by("?")[:3],
    }
    return render(request, "home.html", figures)


urlpatterns = [path("blog/<slug:slug>", post), path("", home)]
application = get_wsgi_application()
