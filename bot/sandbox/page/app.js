/** Starts the page, or says why it cannot start. */
import { keepDatesFresh } from "./text/inline.js";
import { byId, h } from "./browser/dom.js";
import { Page } from "./page.js";
import { applyTheme } from "./frame/theme.js";

applyTheme();
const root = byId("root");
try {
  await new Page().start(root);
  keepDatesFresh();
  document.documentElement.dataset.ready = "true";
} catch (error) {
  root.replaceChildren(
    h(
      "div",
      { class: "failure", role: "alert" },
      h("h1", {}, "The local Slack did not start"),
      h("p", {}, error.message),
      h("p", {}, h("a", { href: "/", class: "link" }, "Try again as somebody else")),
    ),
  );
}
