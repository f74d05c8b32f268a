"""`bdg serve`."""

import argparse

from ._command import Command


def serve(parser: argparse.ArgumentParser) -> Command:
    """Serve the dashboards and notebooks on the data that ships."""
    parser.add_argument("--port", type=int, help="default: 5006, or the next one that is free")
    parser.add_argument("--address", default="127.0.0.1", help="default: this machine only")
    parser.add_argument(
        "--show",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="open a browser",
    )
    parser.add_argument(
        "--catalog",
        action="append",
        default=[],
        metavar="FILE",
        help="a catalog beside the ones that ship (YAML file, folder or https address); repeatable",
    )
    parser.add_argument(
        "--notebook",
        action="append",
        default=[],
        metavar="FILE",
        help="a notebook of yours as a page; it runs with your rights; repeatable",
    )
    parser.add_argument("--prefix", default="", help="path under which a proxy shows the server")
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="HOST[:PORT]",
        help="host under which others see the server; repeatable",
    )
    parser.add_argument(
        "--usage-log",
        metavar="FILE",
        help="count what the pages are used for: day, segment, objective, action; no address, no "
        "query, no name; off by default",
    )

    parser.add_argument(
        "--share-private",
        action="store_true",
        help="let visitors see and take away private data and data under embargo",
    )

    def run(given: argparse.Namespace) -> int:
        from bdg_explore.apps import serve as serve_pages

        serve_pages(
            given.catalog,
            port=given.port,
            address=given.address,
            show=given.show,
            notebooks=given.notebook,
            prefix=given.prefix,
            origins=given.origin,
            usage_log=given.usage_log,
            share_private=given.share_private,
            say=lambda text: print(text, flush=True),
        )
        return 0

    return run
