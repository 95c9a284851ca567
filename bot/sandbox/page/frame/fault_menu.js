/** The sandbox's own menu: lets Slack fail in the ways it fails for real. */
import { get, post } from "../server/api.js";
import { workspace } from "../server/workspace.js";
import { h, icon } from "../browser/dom.js";
import { openMenu } from "../overlays/menu.js";
import { say } from "../overlays/notices.js";

const FAULTS = [
  ["down", "Slack is down", "Every call of the app is answered 503", {}],
  ["slow", "Slack is slow", "Every call takes two seconds", { seconds: 2 }],
  ["rate_limited", "Rate limited", "Every call is told to come back in 5 s", { retry_after: 5 }],
  ["accept_then_drop", "Answers get lost", "Slack does it, but the app never hears", {}],
  ["ack_lost", "Acknowledgments get lost", "Slack sends events again", {}],
];

class FaultsMenu {
  #active = [];

  constructor() {
    this.words = h("span", {}, "Sandbox");
    this.node = h(
      "button",
      {
        type: "button",
        class: "ribbon",
        "aria-haspopup": "menu",
        "aria-expanded": "false",
        title: `${workspace().team.name} runs on this computer only`,
        on: { click: () => this.open() },
      },
      icon("flask"),
      this.words,
      icon("down"),
    );
    this.#learn();
  }

  async #learn() {
    const { faults } = await get("/control/faults").catch(() => ({ faults: [] }));
    this.#active = faults.map((fault) => fault.kind);
    const fault = FAULTS.find(([kind]) => this.#active.includes(kind));
    this.words.textContent = this.#active.length ? (fault?.[1] ?? "Slack fails") : "Sandbox";
    this.node.classList.toggle("is-failing", this.#active.length > 0);
  }

  async #set(kind, settings) {
    try {
      await post("/control/faults/clear", {});
      if (kind) await post("/control/faults", { kind, ...settings });
    } catch (error) {
      say(error.message, "error");
    }
    this.#learn();
  }

  async open() {
    await this.#learn();
    const items = FAULTS.map(([kind, label, description, settings]) => ({
      label,
      description,
      isChecked: this.#active.includes(kind),
      trailing: this.#active.includes(kind) && icon("check"),
      dataset: { fault: kind },
      choose: () => this.#set(kind, settings),
    }));
    const isFine = this.#active.length === 0;
    const fine = {
      label: "Everything works",
      isChecked: isFine,
      trailing: isFine && icon("check"),
      dataset: { fault: "none" },
      choose: () => this.#set(null),
    };
    openMenu(this.node, [{ heading: "How Slack behaves" }, fine, ...items], { label: "How Slack behaves" });
  }
}

export function faultsButton() {
  return new FaultsMenu().node;
}
