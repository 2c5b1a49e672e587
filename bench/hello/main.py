"""The bare function that cold starts are measured against."""

import functions_framework


@functions_framework.http
def hello(request):
    return "Hello"
