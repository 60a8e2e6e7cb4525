// Everything works without this file. With it, pages follow what happens, times count down, and a login link is followed
// without a click.
"use strict";

(() => {
  const link = document.querySelector("form[data-submit]");
  if (link) {
    history.replaceState(null, "", link.dataset.submit); // the link is used up; keep it out of the history
    link.requestSubmit();
    return;
  }

  const countDown = () => {
    for (const time of document.querySelectorAll("time[data-until]")) {
      const left = Math.max(0, Math.round((new Date(time.dateTime) - Date.now()) / 1000));
      const text = left >= 60 ? `${Math.floor(left / 60)} min ${left % 60} s` : `${left} s`;
      if (time.previousSibling?.textContent === "until ") time.previousSibling.textContent = "";
      time.textContent = `${text} left`;
      time.classList.toggle("soon", left < 60);
    }
  };
  countDown();
  setInterval(countDown, 1000);

  const events = document.body.dataset.events;
  if (!events) return;

  // Parts of the page carry a version; only those whose version changed are exchanged, so that nothing moves under the
  // fingers of somebody who types.
  const refresh = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.status === 401) {
      location.reload();
      return;
    }
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = next.title;
    const focus = document.activeElement?.id;
    for (const part of document.querySelectorAll("[data-live]")) {
      const now = next.getElementById(part.id);
      if (now && now.dataset.live !== part.dataset.live) part.replaceWith(document.adoptNode(now));
    }
    if (focus && document.activeElement === document.body) document.getElementById(focus)?.focus();
    countDown();
  };

  const state = document.getElementById("link");
  const say = (on) => {
    state.hidden = false;
    state.classList.toggle("on", on);
    state.textContent = on ? "Live" : "Not connected; trying again";
  };
  let running = false;
  let again = false;
  const follow = async () => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      try {
        await refresh();
      } catch {
        say(false);
      }
    } while (again);
    running = false;
  };

  const source = new EventSource(events);
  source.onopen = () => say(true);
  source.onmessage = follow;
  source.onerror = () => {
    say(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 3000);
  };
})();
