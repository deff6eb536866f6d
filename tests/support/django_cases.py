"""The recordings of checks of Django: a project of one app with one model."""

from typing import Final

from tests.support.cases import Case, absent
from tests.support.projects import Files

SETTINGS: Final = """\
SECRET_KEY = "not-a-secret"
INSTALLED_APPS = ["shop"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
"""
DEPLOYED: Final = (
    SETTINGS.replace("not-a-secret", "k9!vq2#" * 9)
    + """\
DEBUG = False
ALLOWED_HOSTS = ["shop.test"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
CSRF_COOKIE_SECURE = True
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_HSTS_SECONDS = 31536000
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_SECURE = True
"""
)
MANAGE: Final = """\
import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_settings")
    execute_from_command_line(sys.argv)
"""
MODELS: Final = """\
from django.db import models


class Item(models.Model):
    name = models.CharField(max_length=20)
"""
MIGRATION: Final = """\
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=20)),
            ],
        ),
    ]
"""  # noqa: E501
TESTS: Final = """\
from django.test import TestCase

from shop.models import Item


class ItemTest(TestCase):
    def test_saved(self):
        Item.objects.create(name="a")
        assert Item.objects.count() == 1

    def test_named(self):
        assert Item(name="a").name == "a"
"""


def django(models: str = MODELS, tests: str = TESTS) -> Files:
    """The files of the project."""
    return {
        "manage.py": MANAGE,
        "site_settings.py": SETTINGS,
        "shop/__init__.py": "",
        "shop/models.py": models,
        "shop/migrations/__init__.py": "",
        "shop/migrations/0001_initial.py": MIGRATION,
        "shop/tests.py": tests,
    }


PRICED: Final = MODELS + "    price = models.IntegerField(default=0)\n"
UNIMPORTABLE: Final = "import nothing_of_that_name\n"

DJANGO: Final = {
    "django-tests": [
        Case("clean", django()),
        Case("failing", django(tests=TESTS.replace('.name == "a"', '.name == "b"'))),
        Case("nothing-to-look-at", django(tests="")),
        absent(django()),
    ],
    "django-migrations": [
        Case("clean", django()),
        Case("failing", django(models=PRICED)),
        Case("broken", django(models=UNIMPORTABLE + MODELS)),
        Case("nothing-to-look-at", {"src/": ""}),
        absent(django()),
    ],
}
