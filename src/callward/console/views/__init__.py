"""The screens, one module per subject; each registers its own by `pages.page`."""
