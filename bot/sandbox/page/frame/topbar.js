/** The bar above everything: the workspace, the sandbox's ribbon, light and dark. */
import { workspace } from "../server/workspace.js";
import { h, icon, iconButton } from "../browser/dom.js";
import { faultsButton } from "./fault_menu.js";
import { isDark, toggleTheme } from "./theme.js";

function themeButton() {
  const draw = () => node.replaceChildren(icon(isDark() ? "sun" : "moon"));
  const node = iconButton(
    "moon",
    "Switch between light and dark",
    () => {
      toggleTheme();
      draw();
    },
    { dataset: { command: "theme" } },
  );
  draw();
  return node;
}

export function topbar({ onMenu }) {
  const { team } = workspace();
  const menu = iconButton("menu", "Show channels", onMenu, {
    class: "icon-button menu-button",
    dataset: { command: "menu" },
  });
  return h(
    "header",
    { class: "topbar" },
    menu,
    h("span", { class: "team-sign", "aria-hidden": "true" }, (team.name.trim()[0] ?? "?").toUpperCase()),
    h("span", { class: "team-name" }, team.name),
    h("span", { class: "topbar-space" }),
    faultsButton(),
    themeButton(),
  );
}
