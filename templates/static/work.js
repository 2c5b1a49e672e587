// Proof of work: the browser computes while the form is filled in, and the form goes with the solution. Where a browser
// cannot, the form goes without, and a letter asks its owner instead.

for (const form of document.querySelectorAll("form[data-challenge]")) {
  const field = form.elements.altcha;
  let solution;

  const solve = () => {
    solution ??= new Promise((solved) => {
      const worker = new Worker(form.dataset.solver);
      worker.onmessage = ({ data }) => solved(data);
      worker.onerror = () => solved("");
      worker.postMessage(form.dataset.challenge);
    }).catch(() => "");
    return solution;
  };

  form.addEventListener("focusin", solve, { once: true });
  if (form.dataset.again) solve();

  addEventListener("submit", async (event) => {
    if (event.target !== form || field.value || form.dataset.unsolved) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.querySelectorAll("[data-sending]").forEach((element) => { element.hidden = false; });
    field.value = await solve();
    if (!field.value) form.dataset.unsolved = "yes";
    // Not within this event: a form that is being sent cannot be sent.
    setTimeout(() => form.requestSubmit(event.submitter));
  }, { capture: true });
}
