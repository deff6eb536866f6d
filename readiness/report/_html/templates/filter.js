"use strict";
(() => {
  const filter = document.getElementById("filter");
  if (!filter) return;
  const fields = Object.fromEntries([...filter.querySelectorAll("[name]")].map((field) => [field.name, field]));
  const status = document.getElementById("matching");
  const toggle = document.getElementById("toggle");
  const tasks = [...document.querySelectorAll("details.task")].map((node) => ({
    node,
    wasOpen: node.open,
    criteria: [...node.querySelectorAll("details.c")],
  }));
  const total = tasks.reduce((sum, task) => sum + task.criteria.length, 0);
  const texts = new Map();
  const textOf = (task, node) => {
    if (!texts.has(node)) {
      const title = task.node.firstElementChild.firstElementChild.textContent;
      texts.set(node, `${title} ${node.firstElementChild.textContent}`.toLowerCase());
    }
    return texts.get(node);
  };
  let filtering = false;

  // The filter is in the address, so that a link leads to what is seen; `*` and nothing are all.
  const kept = () => {
    const query = new URLSearchParams();
    for (const name of ["text", "verdict", "priority"]) if (fields[name].value) query.set(name, fields[name].value);
    if (fields.owner.value !== "*") query.set("owner", fields.owner.value);
    if (fields.open.checked) query.set("open", "1");
    const text = query.toString();
    try {
      history.replaceState(null, "", `${location.pathname}${text && "?"}${text}${location.hash}`);
    } catch { /* where a page may not say where it is */ }
  };
  const restored = () => {
    const query = new URLSearchParams(location.search);
    for (const name of ["text", "verdict", "priority", "owner"]) {
      const value = query.get(name);
      const known = name === "text" || [...fields[name].options].some((option) => option.value === value);
      if (value !== null && known) fields[name].value = value;
    }
    fields.open.checked = query.has("open");
  };

  const reset = () => {
    for (const name of ["text", "verdict", "priority"]) fields[name].value = "";
    fields.owner.value = "*";
    fields.open.checked = false;
  };

  const apply = () => {
    const words = fields.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const { verdict, priority, owner, open } = fields;
    const active = words.length > 0 || verdict.value !== "" || priority.value !== "" || owner.value !== "*" || open.checked;
    let shown = 0;
    for (const task of tasks) {
      const data = task.node.dataset;
      const here = (priority.value === "" || data.p === priority.value) && (owner.value === "*" || data.o === owner.value);
      let matches = 0;
      for (const node of task.criteria) {
        const match = here && (verdict.value === "" || node.dataset.v === verdict.value)
          && !(open.checked && node.dataset.v === "pass")
          && words.every((word) => textOf(task, node).includes(word));
        node.hidden = !match;
        matches += match;
      }
      if (!filtering) task.wasOpen = task.node.open;
      task.node.hidden = active && matches === 0;
      task.node.open = active ? matches > 0 : filtering ? task.wasOpen : task.node.open;
      shown += matches;
    }
    for (const group of document.querySelectorAll(".group")) {
      group.hidden = !group.querySelector("details.task:not([hidden])");
    }
    filtering = active;
    const text = shown ? status.dataset.some.replace("{}", shown).replace("{}", total) : status.dataset.none;
    if (status.textContent !== text) status.textContent = text;
  };
  const changed = () => {
    apply();
    kept();
  };

  // What a link leads to must not be hidden, nor lie in something closed.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("[hidden]")) {
      reset();
      apply();
    }
    for (let node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") node.open = true;
    }
    target.scrollIntoView();
  };

  filter.addEventListener("input", changed);
  document.getElementById("reset").addEventListener("click", () => {
    reset();
    changed();
  });
  const closed = () => tasks.some((task) => !task.node.hidden && !task.node.open);
  const label = () => {
    toggle.textContent = closed() ? toggle.dataset.open : toggle.dataset.close;
  };
  toggle.addEventListener("click", () => {
    const open = closed();
    for (const task of tasks) task.node.open = open;
    label();
  });
  for (const chip of document.querySelectorAll("[data-verdict]")) {
    chip.addEventListener("click", () => {
      reset();
      fields.verdict.value = chip.dataset.verdict;
      changed();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    event.preventDefault();
    fields.text.focus();
  });
  window.addEventListener("hashchange", reveal);
  for (const map of document.querySelectorAll(".scroll")) map.scrollLeft = map.scrollWidth;
  filter.hidden = false;
  restored();
  apply();
  label();
  if (location.hash) reveal();
})();
