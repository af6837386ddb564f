"use strict";
(() => {
  const tools = document.querySelector(".tools");
  const [search, all, shown] = ["input", "button", "output"].map((name) => tools.querySelector(name));
  const more = document.querySelector(".more");
  const table = document.querySelector("main .scroll table");
  const headings = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  let rows = [...body.rows].map((row, place) => ({ row, place, words: row.textContent.toLowerCase() }));
  let most = 200; // rows that are laid out, until the rest is asked for: a page of thousands stays quick
  const natural = new Intl.Collator(undefined, { numeric: true });
  const choices = [];

  // What a cell is sorted by: its exact number where it has one, else its text; empty cells come last either way.
  const key = (row, column) => {
    const { dataset, textContent } = row.cells[column];
    return dataset.order !== undefined ? Number(dataset.order) : textContent.trim();
  };
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : natural.compare(a, b));

  const sort = (column, direction) => {
    const sign = direction === "descending" ? -1 : 1;
    rows = rows.map((each) => ({ ...each, key: direction ? key(each.row, column) : each.place }));
    rows.sort((a, b) => (a.key === "") - (b.key === "") || sign * compare(a.key, b.key) || a.place - b.place);
    headings.forEach((heading, place) => {
      if (direction && place === column) heading.setAttribute("aria-sort", direction);
      else heading.removeAttribute("aria-sort");
    });
    show();
    body.append(...rows.map(({ row }) => row));
  };

  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = choices.filter(({ select }) => select.selectedIndex > 0);
    let count = 0;
    for (const each of rows) {
      const fits = words.every((word) => each.words.includes(word))
        && wanted.every(({ select, column }) => each.row.cells[column].dataset.choice === select.value);
      count += fits;
      each.row.hidden = !fits || count > most;
    }
    shown.value = `${count} of ${rows.length} jobs`;
    all.hidden = count === rows.length;
    more.hidden = count <= most;
    more.textContent = `Show ${count - most} more`;
  };

  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    const turns = "falling" in heading.dataset ? ["descending", "ascending"] : ["ascending", "descending"];
    button.addEventListener("click", () => {
      sort(column, turns[turns.indexOf(heading.getAttribute("aria-sort")) + 1]);
    });
    if (!("choose" in heading.dataset)) return;
    const select = document.createElement("select");
    const label = document.createElement("label");
    const values = new Set();
    for (const { row } of rows) {
      const cell = row.cells[column];
      cell.dataset.choice = (cell.querySelector(".pill") ?? cell).textContent.trim();
      values.add(cell.dataset.choice);
    }
    select.append(new Option("any"), ...[...values].sort(natural.compare).map((value) => new Option(value)));
    label.append(`${heading.textContent} `, select);
    all.before(label);
    choices.push({ select, column });
    select.addEventListener("change", show);
  });
  search.addEventListener("input", show);
  more.addEventListener("click", () => {
    most = rows.length;
    show();
  });
  all.addEventListener("click", () => {
    search.value = "";
    choices.forEach(({ select }) => { select.selectedIndex = 0; });
    show();
    search.focus();
  });
  tools.hidden = false;
  show();
})();
