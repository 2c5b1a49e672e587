"""What Zapis is measured with: `make bench` prints one table from one run on this machine."""
