// A token, for those who need one.

import { send } from "./api.js";
import { el } from "./dom.js";

export function loginView({ content, entered }) {
  const token = el("input", { id: "token", type: "password", autocomplete: "current-password", required: true, "aria-describedby": "login-error" });
  const error = el("p", { id: "login-error", class: "error", role: "alert" });
  const form = el(
    "form",
    { class: "narrow", on: { submit: log_in } },
    el("label", { for: "token" }, "Token"),
    token,
    error,
    el("button", { type: "submit" }, "Log in"),
  );
  content.append(
    el("h1", {}, "Log in"),
    el("p", {}, "Your school gives you a token. It stays in this browser until you log out."),
    form,
  );

  async function log_in(event) {
    event.preventDefault();
    error.textContent = "";
    try {
      entered(await send("POST", "/api/session", { token: token.value.trim() }));
    } catch (failure) {
      error.textContent = failure.message;
      token.setAttribute("aria-invalid", "true");
      token.focus();
    }
  }
}
