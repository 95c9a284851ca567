/** The right pane: a thread with its replies and a composer of its own. */
import { get } from "../server/api.js";
import { Composer } from "../composer/composer.js";
import { channel, channelTitle, me } from "../server/workspace.js";
import { h, iconButton } from "../browser/dom.js";
import { Timeline } from "../messages/timeline.js";

function repliesLine(count) {
  const text = count ? `${count} ${count === 1 ? "reply" : "replies"}` : "No replies yet";
  return {
    key: "replies",
    signature: text,
    draw: () => h("div", { class: "replies-line" }, h("span", {}, text)),
  };
}

export class Thread {
  constructor({ onClose }) {
    /** @type {{channelId: string, ts: string} | null} */
    this.target = null;
    this.where = h("span", { class: "pane-topic" });
    this.timeline = new Timeline({ label: "Thread" });
    this.composer = new Composer({ onSent: () => this.timeline.toBottom() });
    this.node = h(
      "aside",
      { class: "pane thread", "aria-label": "Thread", hidden: true },
      h(
        "header",
        { class: "pane-head" },
        h("div", { class: "pane-heading" }, h("h2", { class: "pane-title" }, "Thread"), this.where),
        iconButton("close", "Close thread", onClose, { class: "icon-button thread-close" }),
      ),
      this.timeline.node,
      this.composer.node,
    );
    this.node.addEventListener(
      "keydown",
      (event) => event.key === "Escape" && !event.defaultPrevented && onClose(),
    );
  }

  get isOpen() {
    return this.target !== null;
  }

  async open(channelId, ts) {
    const isSame = this.target?.channelId === channelId && this.target?.ts === ts;
    this.target = { channelId, ts };
    this.node.hidden = false;
    this.node.dataset.threadTs = ts;
    if (!isSame) this.timeline.reset();
    await this.refresh();
  }

  close() {
    this.target = null;
    this.node.hidden = true;
    this.timeline.reset();
  }

  async refresh() {
    if (!this.target) return;
    const { channelId, ts } = this.target;
    const { parent, replies } = await get("/ui/thread", { as: me().id, channel: channelId, ts });
    if (this.target?.ts !== ts) return;
    const room = channel(channelId);
    this.where.textContent = room ? `${room.is_im ? "" : "#"}${channelTitle(room)}` : "";
    this.composer.aim(
      { channel: channelId, threadTs: parent.ts },
      { placeholder: "Reply…", closedBecause: room?.is_archived ? "This channel is archived." : null },
    );
    this.timeline.patch(channelId, [parent, ...replies.filter((each) => !each.deleted)], {
      isThread: true,
      afterFirst: repliesLine(replies.filter((each) => !each.ephemeral && !each.deleted).length),
    });
  }
}
