"""`pellucid find-rate`: find a learning rate for a table."""

from __future__ import annotations

from typing import Any

import click

from pellucid.cli.options import rate_options, read_options


@click.command("find-rate")
@click.argument("data")
@rate_options
def command(data: str, **given: Any) -> None:
    """Raise the learning rate step by step on DATA, and suggest one."""
    from pellucid.cli.talk import Talk
    from pellucid.fitting.preparation import prepare_fit

    options = read_options(given)
    search = prepare_fit(data, options.target, options).search_rate()
    talk = Talk(options.language)
    click.echo(talk("rate_headings"))
    for position in range(0, len(search.rates), max(len(search.rates) // 20, 1)):
        click.echo(f"{search.rates[position]:13.3g}   {search.losses[position]:.4g}")
    click.echo(talk("rate_suggested", option=f"--learning-rate {search.suggestion:.2g}"))
