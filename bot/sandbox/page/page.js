/** The whole page: fetches what changed, shows what the address says. */
import { get } from "./server/api.js";
import { Conversation } from "./panes/conversation.js";
import { channel, channelTitle, learn, me, workspace } from "./server/workspace.js";
import { h } from "./browser/dom.js";
import { Home } from "./views/home.js";
import { Modals } from "./views/modals.js";
import { say, showConnection } from "./overlays/notices.js";
import { addressFor, permalink, readRoute, rewrite, visit } from "./browser/address.js";
import { Sidebar } from "./frame/sidebar.js";
import { Stream } from "./server/stream.js";
import { Thread } from "./panes/thread.js";
import { topbar } from "./frame/topbar.js";

const REST_BETWEEN_REFRESHES_MS = 60;

export class Page {
  #isRefreshing = false;

  #isStale = false;

  #areMessagesStale = false;

  constructor() {
    this.place = null;
    this.sidebar = new Sidebar({ onPerson: (id) => location.assign(addressFor(id)) });
    this.conversation = new Conversation({ openThread: (message) => this.openThread(message) });
    this.thread = new Thread({ onClose: () => this.closeThread() });
    this.home = new Home();
    this.modals = new Modals({ onChange: () => this.refresh() });
  }

  async start(root) {
    const { personId } = readRoute();
    learn(await get("/ui/state", { as: personId }));
    if (personId !== me().id) rewrite(me().id, location.hash);
    this.shell = h(
      "div",
      { class: "shell" },
      topbar({ onMenu: () => this.#toggleSidebar() }),
      this.sidebar.node,
      h("div", { class: "scrim", on: { click: () => this.#toggleSidebar(false) } }),
      h("main", { class: "panes" }, this.conversation.node, this.home.node, this.thread.node),
    );
    root.replaceChildren(this.shell);
    window.addEventListener("hashchange", () => this.show());
    this.stream = new Stream(me().id, {
      onEvent: (event) => this.refresh(event.channel),
      onConnection: (isConnected, wasLost) => this.#onConnection(isConnected, wasLost),
    });
    await this.show();
  }

  #onConnection(isConnected, wasLost) {
    showConnection(isConnected);
    if (wasLost) this.refresh();
  }

  #toggleSidebar(isOpen = !this.shell.classList.contains("has-sidebar")) {
    this.shell.classList.toggle("has-sidebar", isOpen);
  }

  #defaultPlace() {
    const { channels } = workspace();
    return (
      (channels.find((each) => !each.is_im && each.is_member && !each.is_archived) ?? channels[0])?.id ??
      "home"
    );
  }

  /** Shows what the address names: a channel, a message or thread in it, or the Home tab. */
  async show() {
    const { place, ts, threadTs } = readRoute();
    const isVisible = place === "home" || channel(place);
    if (place && !isVisible) say("You cannot see that conversation, or it does not exist.", "error");
    this.place = isVisible ? place : this.#defaultPlace();
    if (this.thread.target && !threadTs && this.thread.target.channelId !== this.place) this.thread.close();
    this.#toggleSidebar(false);
    this.#arrange();
    try {
      if (this.place === "home") await this.home.open();
      else if ((await this.conversation.open(this.place)) && ts) await this.#reveal(ts, threadTs);
    } catch (error) {
      say(error.message, "error");
    }
  }

  #arrange() {
    const isHome = this.place === "home";
    this.conversation.node.hidden = isHome;
    this.home.node.hidden = !isHome;
    if (isHome) this.thread.close();
    this.shell.classList.toggle("has-thread", this.thread.isOpen);
    this.#drawAround();
  }

  #drawAround() {
    this.sidebar.draw(this.place);
    this.modals.sync(workspace().modals ?? []);
    if (this.place === "home") this.home.refresh();
    const room = channel(this.place);
    const where = room ? `${room.is_im ? "" : "#"}${channelTitle(room)}` : workspace().bot.name;
    const waiting = workspace().channels.reduce(
      (sum, each) => sum + (each.is_im ? each.unread : each.mentions),
      0,
    );
    document.title = `${waiting ? `(${waiting}) ` : ""}${where} · ${workspace().team.name}`;
  }

  async #reveal(ts, threadTs) {
    const parentTs = threadTs ?? ts;
    const isShown = await this.conversation.reveal(parentTs);
    if (isShown && parentTs === ts && !threadTs) return;
    await this.#showThread(this.place, parentTs);
    this.thread.timeline.highlight(ts);
  }

  async #showThread(channelId, ts) {
    const opening = this.thread.open(channelId, ts);
    this.shell.classList.add("has-thread");
    await opening;
  }

  async openThread(message) {
    rewrite(me().id, `${permalink(this.place, { ts: message.ts })}?thread_ts=${message.ts}`);
    try {
      await this.#showThread(this.place, message.ts);
      this.thread.composer.field.focus();
    } catch (error) {
      say(error.message, "error");
    }
  }

  closeThread() {
    const ts = this.thread.target?.ts;
    this.thread.close();
    this.shell.classList.remove("has-thread");
    if (channel(this.place)) rewrite(me().id, `#${this.place}`);
    this.conversation.node
      .querySelector(`[data-ts="${CSS.escape(ts ?? "")}"]`)
      ?.focus({ preventScroll: true });
  }

  /**
   * Fetches the state again, and the open panes unless the change was in another channel. Calls that come
   * meanwhile become one more round.
   */
  async refresh(changedChannel = null) {
    this.#isStale = true;
    if (!changedChannel || changedChannel === this.conversation.channelId) this.#areMessagesStale = true;
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    try {
      while (this.#isStale) {
        await this.#refreshOnce();
        await new Promise((resolve) => setTimeout(resolve, REST_BETWEEN_REFRESHES_MS));
      }
    } catch (error) {
      console.warn("refresh failed", error.message);
    } finally {
      this.#isRefreshing = false;
    }
  }

  async #refreshOnce() {
    const areMessagesStale = this.#areMessagesStale;
    this.#isStale = false;
    this.#areMessagesStale = false;
    const areNamesNew = learn(await get("/ui/state", { as: me().id }));
    if (areNamesNew) for (const { timeline } of [this.conversation, this.thread]) timeline.forget();
    if (this.place !== "home" && !channel(this.place)) visit(`#${this.#defaultPlace()}`);
    this.#drawAround();
    if (!areMessagesStale && !areNamesNew) return;
    await Promise.all([this.place === "home" ? null : this.conversation.refresh(), this.thread.refresh()]);
  }
}
