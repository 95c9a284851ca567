/** The app's Home tab. */
import { attempt } from "../server/api.js";
import { avatar } from "../pictures/avatar.js";
import { renderBlocks } from "../blocks/blocks.js";
import { me, workspace } from "../server/workspace.js";
import { h } from "../browser/dom.js";
import { viewSurface } from "../controls/surface.js";

export class Home {
  #signature = "";

  constructor() {
    this.title = h("h1", { class: "pane-title" });
    this.tabs = h("nav", { class: "tabs", "aria-label": "App" });
    this.body = h("div", { class: "home-blocks" });
    this.node = h(
      "section",
      { class: "pane home", "aria-label": "App Home", hidden: true },
      h("header", { class: "pane-head" }, h("div", { class: "pane-heading" }, this.title)),
      this.tabs,
      h("div", { class: "home-scroll", tabindex: "0" }, this.body),
    );
  }

  /** The person opens the Home tab: the app hears of it and publishes its view. */
  async open() {
    this.refresh();
    const reply = await attempt("/ui/home", { as: me().id });
    if (reply.ok === false)
      this.body.replaceChildren(h("p", { class: "home-empty" }, reply.message ?? "The app did not answer."));
  }

  refresh() {
    const { bot, home, channels } = workspace();
    const messages = channels.find((each) => each.is_im && each.user_id === bot.user_id);
    this.title.replaceChildren(avatar(bot.user_id, "small"), h("span", {}, bot.name));
    this.tabs.replaceChildren(
      h("a", { href: "#home", class: "tab", "aria-current": "page" }, "Home"),
      messages ? h("a", { href: `#${messages.id}`, class: "tab" }, "Messages") : "",
    );
    const signature = JSON.stringify([me().id, home?.id, home?.blocks]);
    if (signature === this.#signature) return;
    this.#signature = signature;
    this.body.dataset.viewId = home?.id ?? "";
    this.body.replaceChildren(
      ...(home
        ? renderBlocks(home.blocks, viewSurface(home))
        : [h("p", { class: "home-empty" }, `${bot.name} has not published its Home tab yet.`)]),
    );
  }
}
