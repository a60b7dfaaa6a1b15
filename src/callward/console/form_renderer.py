"""How every form of the console looks: Bootstrap's classes on every widget, and one layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.forms.renderers import DjangoTemplates

if TYPE_CHECKING:
    from django.http import HttpRequest

_TICKS = {"checkbox", "radio"}


class ConsoleRenderer(DjangoTemplates):
    """Gives each widget the class that its kind wears."""

    form_template_name = "console/form_fields.html"

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        widget = context.get("widget")
        if widget is not None:
            _dress(widget)
        return super().render(template_name, context, request)


def _dress(widget: dict[str, Any]) -> None:
    for _name, options, _index in widget.get("optgroups", ()):
        for option in options:
            if option.get("type") in _TICKS:
                _wear(option, "form-check-input")
    kind = widget.get("type")
    if kind == "hidden":
        return
    if "optgroups" in widget:
        if kind not in _TICKS:  # a list of boxes wears nothing itself, its boxes do
            _wear(widget, "form-select")
    elif kind in _TICKS:
        _wear(widget, "form-check-input")
    else:
        _wear(widget, "form-control")


def _wear(widget: dict[str, Any], name: str) -> None:
    attrs = widget.setdefault("attrs", {})
    worn = str(attrs.get("class", "")).split()
    if name not in worn:
        attrs["class"] = " ".join([*worn, name])
    if attrs.get("aria-invalid") == "true" and "is-invalid" not in attrs["class"]:
        attrs["class"] += " is-invalid"
