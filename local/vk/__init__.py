"""What stands in for VK: its page with a frame, and the mini-app that it knows."""

MINI_APP = "7000001"
MINI_APP_KEY = "the-protected-key-of-a-laptop"
