"""`python -m zapis`: the commands where no program was installed for them, as in a container."""

from zapis.cli import main

if __name__ == "__main__":
    main(prog_name="zapis")
