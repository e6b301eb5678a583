// Finds tables, columns, functions, enums and their values in what search-index.js lists, and remembers the colours.
"use strict";
(() => {
  const most = 40;
  const root = document.documentElement.dataset.root;
  const index = window.protostoreIndex.map(([kind, name, of, place, text], at) =>
    ({ kind, name, of, place, text, at, low: name.toLowerCase(), rest: `${of} ${text}`.toLowerCase() }));
  const kinds = ["store", "table", "column", "enum", "function", "value", "index"];

  // How well a word fits an entry: the smaller the better, or none.
  const fit = (word, { low, rest }) => {
    if (low === word) return 0;
    if (low.startsWith(word)) return 1;
    if (low.split(/[._]+/).some((part) => part.startsWith(word))) return 2;
    if (low.includes(word)) return 3;
    if (rest.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(word))) return 5;
    return rest.includes(word) ? 6 : null;
  };
  const find = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter((word) => word);
    if (!words.length) return [];
    const found = [];
    for (const entry of index) {
      const fits = words.map((word) => fit(word, entry));
      if (!fits.includes(null)) found.push([fits.reduce((sum, one) => sum + one, 0), entry]);
    }
    const order = ([fitA, a], [fitB, b]) => fitA - fitB || kinds.indexOf(a.kind) - kinds.indexOf(b.kind)
      || a.low.length - b.low.length || a.at - b.at;
    return found.sort(order).map(([, entry]) => entry);
  };

  const input = document.getElementById("search");
  const results = document.getElementById("results");
  const status = document.getElementById("found");
  let chosen = -1;

  const element = (name, kind, text) => {
    const made = document.createElement(name);
    made.className = kind;
    made.textContent = text;
    return made;
  };
  const option = (entry, at) => {
    const item = document.createElement("li");
    item.id = `result-${at}`;
    item.setAttribute("role", "option");
    const link = document.createElement("a");
    link.href = root + entry.place;
    link.tabIndex = -1;
    const name = document.createElement("span");
    name.append(element("code", "name", entry.name), ` in ${entry.of}`);
    link.append(element("span", "kind", entry.kind), name);
    if (entry.text) link.append(element("span", "said", entry.text));
    item.append(link);
    return item;
  };
  const choose = (at) => {
    const items = results.querySelectorAll("[role=option]");
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    chosen = items.length ? at : -1;
    if (items[at]) {
      input.setAttribute("aria-activedescendant", items[at].id);
      items[at].scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  };
  const close = () => {
    results.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  };
  const show = () => {
    const found = find(input.value);
    if (!input.value.trim()) {
      status.textContent = "";
      return close();
    }
    results.replaceChildren(...found.slice(0, most).map(option));
    if (!found.length) results.append(element("li", "none", "Nothing is called so."));
    if (found.length > most) results.append(element("li", "none", `${found.length - most} more: write another word.`));
    status.textContent = found.length === 1 ? "1 result" : `${found.length} results`;
    results.hidden = false;
    input.setAttribute("aria-expanded", "true");
    choose(found.length ? 0 : -1);
  };
  input.addEventListener("input", show);
  input.addEventListener("focus", () => input.value && show());
  input.addEventListener("keydown", (event) => {
    const count = results.hidden ? 0 : results.querySelectorAll("[role=option]").length;
    if (event.key === "Escape") {
      if (results.hidden) input.value = "";
      close();
    } else if (count && event.key === "ArrowDown") choose((chosen + 1) % count);
    else if (count && event.key === "ArrowUp") choose((chosen + count - 1) % count);
    else if (event.key === "Enter") {
      const link = results.querySelector("[aria-selected=true] a");
      if (link) link.click();
      close();
    } else return;
    event.preventDefault();
  });
  input.form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    const writes = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || writes || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[role=search]")) close();
  });
  input.form.hidden = false;

  // Where nothing can be remembered, the page is as the browser wants it.
  const memory = { get: () => null, set: () => {} };
  try {
    const store = window.localStorage;
    memory.get = () => store.getItem("protostore-theme");
    memory.set = (theme) => store.setItem("protostore-theme", theme);
  } catch { /* A browser may refuse it to pages on disk. */ }
  const button = document.getElementById("theme");
  const themes = ["auto", "light", "dark"];
  const apply = (theme) => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.textContent = `Colours: ${theme}`;
  };
  let theme = themes.includes(memory.get()) ? memory.get() : "auto";
  apply(theme);
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    apply(theme);
    memory.set(theme);
  });
  button.hidden = false;
})();
