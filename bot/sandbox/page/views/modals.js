/** The person's stack of modals; the top one is shown and keeps what was entered when the app updates it. */
import { attempt } from "../server/api.js";
import { renderBlocks, showFieldErrors } from "../blocks/blocks.js";
import { me } from "../server/workspace.js";
import { openDialog } from "../overlays/dialog.js";
import { h } from "../browser/dom.js";
import { plainText, textNodes } from "../text/mrkdwn.js";
import { viewSurface } from "../controls/surface.js";

const TROUBLE = "We had some trouble connecting. Try again?";

export class Modals {
  /** @type {any} */
  #shown = null;

  #signature = "";

  constructor({ onChange }) {
    this.onChange = onChange;
  }

  /** Brings the page in line with the stack the server knows. */
  sync(views) {
    const view = views.at(-1) ?? null;
    const signature = JSON.stringify(
      view && [view.id, view.title, view.submit, view.close, view.blocks, views.length],
    );
    if (signature === this.#signature) return;
    this.#signature = signature;
    if (!view) this.#hide();
    else if (this.#shown?.view.id === view.id) this.#redraw(view);
    else this.#show(view, views.length);
  }

  #hide() {
    const { dialog, opener } = this.#shown ?? {};
    this.#shown = null;
    dialog?.close();
    if (opener?.isConnected) opener.focus();
  }

  #show(view, depth) {
    const opener = this.#shown?.opener ?? document.activeElement;
    this.#shown?.dialog.close();
    const surface = viewSurface(view);
    const body = h("div", { class: "dialog-body" }, renderBlocks(view.blocks, surface));
    const trouble = h("p", { class: "dialog-trouble", role: "alert", hidden: true });
    const foot = h("footer", { class: "dialog-foot" });
    const dialog = openDialog({
      className: `modal ${depth > 1 ? "is-stacked" : ""}`,
      title: textNodes(view.title),
      body: h(
        "form",
        { class: "modal-form", novalidate: true, on: { submit: (event) => this.#submit(event) } },
        trouble,
        body,
        foot,
      ),
      onDismiss: (how) => this.#dismiss(how === "button" && depth > 1),
    });
    dialog.dataset.viewId = view.id;
    this.#shown = { view, surface, dialog, body, foot, trouble, opener };
    this.#drawFoot(view);
    (
      body.querySelector("[autofocus]") ??
      body.querySelector("input, textarea, .select") ??
      dialog.querySelector(".primary")
    )?.focus();
  }

  #redraw(view) {
    const { body, dialog, surface } = this.#shown;
    const focused = document.activeElement?.closest("[data-action-id]")?.getAttribute("data-action-id");
    this.#shown.view = view;
    dialog.querySelector(".dialog-title").replaceChildren(...textNodes(view.title));
    body.replaceChildren(...renderBlocks(view.blocks, surface));
    this.#drawFoot(view);
    if (focused) body.querySelector(`[data-action-id="${CSS.escape(focused)}"]`)?.focus();
  }

  #drawFoot(view) {
    const hasInput = view.blocks.some((block) => block.type === "input");
    const cancel = h(
      "button",
      {
        type: "button",
        class: "button",
        dataset: { command: "cancel" },
        on: { click: () => this.#dismiss(false) },
      },
      plainText(view.close) || (view.submit || hasInput ? "Cancel" : "Close"),
    );
    const submit =
      (view.submit || hasInput) &&
      h(
        "button",
        { type: "submit", class: "button primary", dataset: { command: "submit" } },
        h("span", { class: "button-label" }, plainText(view.submit) || "Submit"),
      );
    this.#shown.foot.replaceChildren(...[cancel, submit].filter(Boolean));
  }

  async #dismiss(isClearing) {
    const { view } = this.#shown ?? {};
    if (!view) return;
    const reply = await attempt("/ui/view/close", {
      as: me().id,
      view_id: view.id,
      clear: isClearing || view.clear_on_close || undefined,
    });
    if (reply.ok === false) this.#trouble(reply.message);
    this.onChange();
  }

  #trouble(text) {
    if (!this.#shown) return;
    this.#shown.trouble.textContent = text || TROUBLE;
    this.#shown.trouble.hidden = false;
  }

  async #submit(event) {
    event.preventDefault();
    const { view, surface, body, foot, trouble } = this.#shown;
    const button = foot.querySelector("[type=submit]");
    if (!button || button.getAttribute("aria-busy")) return;
    const problems = surface.form.problems();
    trouble.hidden = true;
    showFieldErrors(body, problems);
    if (Object.keys(problems).length) return;
    button.setAttribute("aria-busy", "true");
    const reply = await attempt("/ui/view/submit", {
      as: me().id,
      view_id: view.id,
      state: { values: surface.form.values() },
    });
    button.removeAttribute("aria-busy");
    if (reply.errors) showFieldErrors(body, reply.errors);
    else if (reply.ok === false) this.#trouble(reply.error === "refused" ? reply.message : TROUBLE);
    this.onChange();
  }
}
