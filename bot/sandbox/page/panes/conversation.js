/** The middle pane: a channel or direct conversation with its messages and composer. */
import { get, post } from "../server/api.js";
import { avatar } from "../pictures/avatar.js";
import { Composer } from "../composer/composer.js";
import { channel, channelIcon, channelTitle, isApp, me, nameOf, person } from "../server/workspace.js";
import { h, icon } from "../browser/dom.js";
import { say } from "../overlays/notices.js";
import { Timeline } from "../messages/timeline.js";

const PAGE_SIZE = 50;
const MOST_PAGES_TO_A_PERMALINK = 20;

function closedBecause(room) {
  if (room.is_archived) return "This channel is archived. Its messages stay readable.";
  if (!room.is_im && !room.is_member) return `You are looking at #${room.name}, but you are not a member.`;
  return null;
}

export class Conversation {
  #messages = [];

  #hasMore = false;

  #isLoadingOlder = false;

  constructor({ openThread }) {
    this.channelId = null;
    this.title = h("h1", { class: "pane-title" });
    this.topic = h("p", { class: "pane-topic" });
    this.timeline = new Timeline({
      label: "Messages",
      openThread,
      onTop: () => this.#loadOlder(),
      onBottom: () => this.#markRead(),
    });
    this.composer = new Composer({ onSent: () => this.timeline.toBottom() });
    this.head = h(
      "header",
      { class: "pane-head" },
      h("div", { class: "pane-heading" }, this.title, this.topic),
    );
    this.node = h(
      "section",
      { class: "pane conversation", "aria-label": "Conversation" },
      this.head,
      this.timeline.node,
      this.composer.node,
    );
    document.addEventListener("visibilitychange", () => this.#markRead());
  }

  /** Shows a channel from its newest message; `true` once it is drawn and still wanted. */
  async open(channelId) {
    if (this.channelId === channelId) return this.refresh();
    this.channelId = channelId;
    this.#messages = [];
    this.timeline.reset();
    this.node.dataset.channelId = channelId;
    this.#drawHead();
    const unread = channel(channelId)?.unread ?? 0;
    const page = await this.#fetch({ limit: PAGE_SIZE });
    if (this.channelId !== channelId) return false;
    this.#take(page);
    this.timeline.newFrom = this.#firstUnread(unread);
    this.#draw();
    this.#markRead();
    return true;
  }

  #firstUnread(count) {
    const others = this.#messages.filter((each) => each.user !== me().id && !each.ephemeral);
    return count > 0 ? (others.at(-count)?.ts ?? null) : null;
  }

  #fetch(parameters) {
    return get("/ui/messages", { as: me().id, channel: this.channelId, ...parameters });
  }

  #take({ messages, has_more: hasMore }) {
    const oldest = Number(messages[0]?.ts ?? Infinity);
    const kept = hasMore ? this.#messages.filter((each) => Number(each.ts) < oldest) : [];
    if (!kept.length) this.#hasMore = hasMore;
    this.#messages = [...kept, ...messages].filter((each) => !each.deleted || each.reply_count > 0);
  }

  /** Fetches what is shown again and redraws what changed. */
  async refresh() {
    if (!this.channelId) return false;
    const channelId = this.channelId;
    const page = await this.#fetch({ limit: Math.max(PAGE_SIZE, this.#messages.length) });
    if (this.channelId !== channelId) return false;
    this.#take(page);
    this.#drawHead();
    this.#draw();
    if (this.timeline.isAtBottom) this.#markRead();
    return true;
  }

  #draw(isOlder = false) {
    const first = this.#hasMore
      ? [
          {
            key: "more",
            signature: "more",
            draw: () =>
              h(
                "button",
                { type: "button", class: "load-more", on: { click: () => this.#loadOlder() } },
                "Load earlier messages",
              ),
          },
        ]
      : [{ key: "start", signature: this.channelId, draw: () => this.#start() }];
    this.timeline.patch(this.channelId, this.#messages, { first, isOlder });
  }

  #start() {
    const room = channel(this.channelId);
    if (!room) return h("div", { class: "channel-start" });
    if (room.is_im) {
      return h(
        "div",
        { class: "channel-start" },
        avatar(room.user_id, "large"),
        h("h2", {}, nameOf(room.user_id)),
        h(
          "p",
          {},
          isApp(room.user_id)
            ? "This is the beginning of your messages with the app."
            : "This conversation is just between the two of you.",
        ),
      );
    }
    return h(
      "div",
      { class: "channel-start" },
      h("h2", {}, icon("hash"), room.name),
      h("p", {}, `This is the very beginning of the #${room.name} channel.`),
    );
  }

  #drawHead() {
    const room = channel(this.channelId);
    if (!room) return;
    const face = room.is_im ? avatar(room.user_id, "small") : icon(channelIcon(room));
    this.title.replaceChildren(face, h("span", {}, channelTitle(room)));
    this.topic.textContent = room.is_im ? (person(room.user_id)?.title ?? "") : (room.topic ?? "");
    const name = room.is_im ? channelTitle(room) : `#${room.name}`;
    this.composer.aim(
      { channel: this.channelId, threadTs: null },
      { placeholder: `Message ${name}`, closedBecause: closedBecause(room) },
    );
  }

  async #loadOlder() {
    if (!this.#hasMore || this.#isLoadingOlder || !this.#messages.length) return;
    this.#isLoadingOlder = true;
    try {
      const channelId = this.channelId;
      const page = await this.#fetch({ limit: PAGE_SIZE, before: this.#messages[0].ts });
      if (channelId !== this.channelId) return;
      this.#hasMore = page.has_more;
      this.#messages = [...page.messages.filter((each) => !each.ephemeral), ...this.#messages];
      this.#draw(true);
    } catch (error) {
      say(error.message, "error");
    } finally {
      this.#isLoadingOlder = false;
    }
  }

  /** Scrolls to a message, loading older messages as needed; false when the channel does not show it. */
  async reveal(ts) {
    for (let page = 0; page < MOST_PAGES_TO_A_PERMALINK; page += 1) {
      if (this.timeline.highlight(ts)) return true;
      if (!this.#hasMore || Number(this.#messages[0]?.ts ?? 0) < Number(ts)) return false;
      await this.#loadOlder();
    }
    return false;
  }

  async #markRead() {
    const isSeen = document.visibilityState === "visible" && this.node.isConnected && !this.node.hidden;
    const room = channel(this.channelId);
    if (!isSeen || !room?.unread) return;
    room.unread = 0;
    await post("/ui/read", { as: me().id, channel: this.channelId }).catch(() => {});
  }
}
