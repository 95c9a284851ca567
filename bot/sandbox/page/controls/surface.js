/** Where blocks live (a message, a modal, the Home tab), and how a control's use travels to the app. */
import { attempt } from "../server/api.js";
import { askConfirmation } from "../overlays/confirmation.js";
import { me } from "../server/workspace.js";
import { h, icon } from "../browser/dom.js";
import { Form } from "./form.js";

const forms = new Map();

function formFor(key) {
  if (!forms.has(key)) forms.set(key, new Form());
  return forms.get(key);
}

export function messageSurface(channelId, ts) {
  return {
    kind: "message",
    target: { channel: channelId, ts },
    form: formFor(`${me().id} ${channelId} ${ts}`),
  };
}

export function viewSurface(view) {
  return { kind: view.type, target: { view_id: view.id }, form: formFor(`${me().id} ${view.id}`) };
}

function clearWarning(host) {
  if (host.nextElementSibling?.classList.contains("action-warning")) host.nextElementSibling.remove();
}

function warningText(reply) {
  if (reply.error === "refused") return reply.message;
  return reply.error === "timeout" ? "This app did not respond in time" : "This app is not responding";
}

/** Slack's warning triangle beside the control the app did not answer. */
function showWarning(host, reply) {
  clearWarning(host);
  const details = reply.message || reply.error;
  host.after(
    h(
      "span",
      { class: "action-warning", role: "alert", title: details },
      icon("warning"),
      warningText(reply),
    ),
  );
}

/** The control as it is drawn now: its message may have been redrawn while the app was thinking. */
function drawnNow(host, context, element) {
  if (host.isConnected) return host;
  const block = `[data-block-id="${CSS.escape(context.blockId)}"]`;
  return document.querySelector(`${block} [data-action-id="${CSS.escape(element.action_id)}"]`) ?? host;
}

function send(context, element, fields) {
  const { surface, blockId } = context;
  return attempt("/ui/action", {
    as: me().id,
    ...surface.target,
    block_id: blockId,
    action_id: element.action_id,
    type: element.type,
    ...fields,
    state: { values: surface.form.values() },
  });
}

/** Reports the use of a control; false when the person took it back in the confirm dialog. */
export async function interact(context, element, fields, host) {
  if (host.getAttribute("aria-busy") === "true") return true;
  if (element.confirm && !(await askConfirmation(element.confirm))) return false;
  clearWarning(host);
  host.setAttribute("aria-busy", "true");
  const reply = await send(context, element, fields);
  host.removeAttribute("aria-busy");
  if (reply.ok === false) showWarning(drawnNow(host, context, element), reply);
  return true;
}
