"""`python -m proofs` is `attention-proofs`."""

from proofs.cli import main

if __name__ == "__main__":
    main(prog_name="attention-proofs")
