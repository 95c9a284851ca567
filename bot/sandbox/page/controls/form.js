/** The answers so far on a surface (a message or a view), in the shape of Slack's `state.values`. */
function isEmpty(fields) {
  return Object.values(fields).every((value) => value === null || value === "" || value?.length === 0);
}

export class Form {
  #slots = new Map();

  #live = new Set();

  /** Called before the surface is drawn again: only slots asked for afterwards are part of the values. */
  renew() {
    this.#live.clear();
  }

  /** The place of an element's answer. What the person already entered outlives a redraw, as in Slack. */
  slot(blockId, element, initial) {
    const key = `${blockId}\n${element.action_id}`;
    const kept = this.#slots.get(key);
    const slot =
      kept?.type === element.type
        ? kept
        : { blockId, actionId: element.action_id, type: element.type, fields: initial };
    Object.assign(slot, { isRequired: false, check: () => null });
    this.#slots.set(key, slot);
    this.#live.add(key);
    return slot;
  }

  #liveSlots() {
    return [...this.#live].map((key) => this.#slots.get(key));
  }

  values() {
    const values = {};
    for (const { blockId, actionId, type, fields } of this.#liveSlots()) {
      values[blockId] ??= {};
      values[blockId][actionId] = { type, ...fields };
    }
    return values;
  }

  /** What keeps the form from being submitted: block id to the words shown under its field. */
  problems() {
    const problems = {};
    for (const slot of this.#liveSlots()) {
      const missing = slot.isRequired && isEmpty(slot.fields) && "Please complete this required field.";
      const problem = missing || (isEmpty(slot.fields) ? null : slot.check());
      if (problem) problems[slot.blockId] = problem;
    }
    return problems;
  }
}
