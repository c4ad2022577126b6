// Shows the stars where Telegram opened the page as a Mini App; without it there is nothing to do.
"use strict";
(() => {
  const kept = "tgWebAppData";
  const told = new URLSearchParams(location.hash.slice(1)).get(kept);
  try {
    if (told) sessionStorage.setItem(kept, told);
  } catch { /* a browser that keeps nothing still has this page */ }
  let proof = told;
  try {
    proof ||= sessionStorage.getItem(kept);
  } catch { /* the same */ }
  const form = document.getElementById("stars");
  if (!proof || !form) return;
  form.hidden = false;
  const answer = form.querySelector("output");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const stars = event.submitter.value;
    try {
      const response = await fetch(form.action, {
        method: "POST",
        headers: { Authorization: `tma ${proof}` },
        body: stars,
      });
      answer.textContent = (await response.json()).text;
      if (!response.ok) return;
      for (const button of form.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(button.value <= stars));
      }
    } catch {
      answer.textContent = form.dataset.unsent;
    }
  });
})();
