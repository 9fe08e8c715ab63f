"""``python -m swingphase``: the same door as the console script."""

from swingphase.door import main

if __name__ == "__main__":
    main()
