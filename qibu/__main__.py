"""`python -m qibu` is `qibu`."""

from qibu.cli import main

main()
