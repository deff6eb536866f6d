// Returns what is wrong with how the page lies in its window: too wide, cut, or on top of another.
() => {
  const problems = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) problems.push(`the page is ${root.scrollWidth} wide in a window of ${root.clientWidth}`);

  const unseen = (element) => {
    if (!element.checkVisibility({ contentVisibilityAuto: true })) return true;
    for (let node = element; node && node !== document.body; node = node.parentElement) {
      const style = getComputedStyle(node);
      if (style.clipPath === "inset(50%)" || style.visibility === "hidden") return true;
      if (node.classList.contains("skip") || node.classList.contains("scroll")) return true; // a key away
    }
    return false;
  };
  const name = (text) => `"${text.slice(0, 40)}"`;

  const pieces = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (!node.data.trim() || ["SCRIPT", "STYLE", "OPTION", "title", "desc"].includes(element.tagName)) continue;
    if (unseen(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      if (rect.width < 1 || rect.height < 1) continue;
      const text = node.data.trim();
      if (rect.left < -0.5 || rect.right > root.clientWidth + 0.5) problems.push(`${name(text)} reaches from ${rect.left} to ${rect.right}`);
      pieces.push({ left: rect.left, right: rect.right, top: rect.top + scrollY, bottom: rect.bottom + scrollY, node, text });
    }
    const style = getComputedStyle(element);
    if (style.overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1 && element.clientWidth) {
      problems.push(`${name(node.data.trim())} is cut: ${element.scrollWidth} in ${element.clientWidth}`);
    }
  }

  pieces.sort((one, other) => one.top - other.top);
  for (let at = 0; at < pieces.length; at++) {
    for (let next = at + 1; next < pieces.length && pieces[next].top < pieces[at].bottom; next++) {
      const [one, other] = [pieces[at], pieces[next]];
      if (one.node === other.node) continue;
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const high = Math.min(one.bottom, other.bottom) - other.top;
      if (wide > 1.5 && high > 4) problems.push(`${name(one.text)} and ${name(other.text)} overlap by ${wide} × ${high}`);
    }
  }
  return { problems, pieces: pieces.length };
}
