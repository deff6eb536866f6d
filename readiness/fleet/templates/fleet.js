"use strict";
(() => {
  const open = () => {
    const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (found instanceof HTMLDetailsElement) {
      found.open = true;
      found.scrollIntoView();
    }
  };
  addEventListener("hashchange", open);
  open();
  const cells = document.getElementById("cells");
  const told = document.getElementById("told");
  if (!cells) return;
  const at = (event) => (event.target instanceof HTMLTableCellElement && event.target.className ? event.target : null);
  cells.addEventListener("mouseover", (event) => {
    const cell = at(event);
    if (!cell) return;
    const project = cell.parentElement.cells[0].textContent;
    const criterion = cells.tHead.rows[0].cells[cell.cellIndex].firstElementChild.title;
    const word = document.getElementById(`w-${cell.className}`).textContent;
    told.textContent = `${project} · ${criterion}: ${word}`;
  });
  cells.addEventListener("click", (event) => {
    const cell = at(event);
    if (cell) cell.parentElement.cells[0].firstElementChild.click();
  });
})();
