"""The bare asynchronous function: what a cold start costs before any of ours is imported."""

import functions_framework.aio


@functions_framework.aio.http
async def hello_async(request):
    return "Hello"
