"""The views: one file each, with a `router`; `console.web.pages.VIEWS` names them in the order of the navigation."""
