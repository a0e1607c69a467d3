// The editor of a message: the textarea stays the field that is sent, and this fills it. What is typed is kept on the server
// as a draft. Loaded in the editor's frame too, where it is only Squire that is wanted.
(() => {
  "use strict";
  if (window.top !== window) return;

  const SAVE_AFTER = 2500;
  const TRY_AGAIN_AFTER = 5000;

  const hasElement = (text) => /<\/?[a-z][a-z0-9]*(\s[^<]*|\/)?>/i.test(text);
  const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

  // Text without HTML, as the server makes paragraphs of it.
  const asHtml = (text) => hasElement(text) ? text : text.trim().split(/\n\s*\n/)
    .map((paragraph) => `<p>${escaped(paragraph).replace(/\n/g, "<br>")}</p>`).join("");

  // Nothing that does something comes into the frame; the server cleans what is saved once more.
  function cleaned(frame, html) {
    const pasted = new frame.contentWindow.DOMParser().parseFromString(html, "text/html");
    for (const element of pasted.querySelectorAll("script, style, iframe, object, embed, form, link, meta, base, template")) element.remove();
    for (const element of pasted.querySelectorAll("*")) {
      for (const { name, value } of [...element.attributes]) {
        if (name.startsWith("on") || /^\s*(javascript|data):/i.test(value)) element.removeAttribute(name);
      }
    }
    const fragment = frame.contentDocument.createDocumentFragment();
    for (const node of [...pasted.body.childNodes]) fragment.append(frame.contentDocument.adoptNode(node));
    return fragment;
  }

  class MailEditor {
    constructor(root) {
      this.root = root;
      this.form = root.closest("form");
      this.textarea = root.querySelector("textarea");
      this.frame = root.querySelector("iframe");
      this.text = root.querySelector(".mail-generated");
      this.status = root.querySelector("[data-draft-status]");
      this.words = JSON.parse(root.dataset.words);
      this.squire = null;
      this.stale = false;
      this.draft = new Draft(this);

      root.classList.add("is-enhanced");
      for (const part of root.querySelectorAll("[data-editor-part]")) part.hidden = false;
      for (const button of root.querySelectorAll("[data-view]")) button.addEventListener("click", () => this.show(button.dataset.view));
      for (const button of root.querySelectorAll("[data-command]")) button.addEventListener("click", () => this.run(button.dataset.command));
      const placeholders = root.querySelector("[data-placeholders]");
      placeholders.addEventListener("change", () => {
        this.insert(placeholders.value);
        placeholders.value = "";
      });
      root.querySelector("[data-preview]").addEventListener("click", (event) => this.preview(event));
      this.form.addEventListener("input", () => this.draft.changed());
      this.form.addEventListener("submit", () => { this.write(); this.draft.stop(); }, true);
      for (const failure of ["htmx:error", "htmx:response:error"]) this.form.addEventListener(failure, () => this.draft.goOn());
      addEventListener("pageshow", (event) => { if (event.persisted) this.draft.goOn(); });
      // What was wrong stands beside the source; elsewhere the field would not say so.
      this.show(this.textarea.getAttribute("aria-invalid") ? "html" : "visual", false);
      if (root.hasAttribute("data-draft-waits")) this.say(this.words.waits);
    }

    say(text) { this.status.textContent = text; }

    // What is wrong with a field's placeholders, beside it, while one writes; null: nothing. What the server said of the whole form stays
    // until it is sent again.
    fault(name, text) {
      const field = this.form.querySelector(`[name=${name}]`);
      let note = document.getElementById(`${field.id}-error`);
      if (!text && !note?.hasAttribute("data-while-typing")) return;
      if (!note) {
        note = document.createElement("div");
        note.id = `${field.id}-error`;
        note.className = "invalid-feedback d-block";
        note.setAttribute("role", "alert");
        field.after(note);
        field.setAttribute("aria-describedby", `${note.id} ${field.getAttribute("aria-describedby") ?? ""}`.trim());
      }
      note.setAttribute("data-while-typing", "");
      if (note.textContent !== (text ?? "")) note.textContent = text ?? "";
      field.classList.toggle("is-invalid", Boolean(text));
      if (text) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }

    async show(view, focus = true) {
      this.write();
      this.view = view;
      for (const button of this.root.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", button.dataset.view === view);
      for (const button of this.root.querySelectorAll("[data-command]")) button.disabled = view !== "visual";
      this.root.querySelector("[data-placeholders]").disabled = view === "text";
      this.textarea.hidden = view !== "html";
      this.frame.hidden = view !== "visual";
      this.text.hidden = view !== "text";
      if (view === "visual") {
        await this.open();
        if (focus) this.squire?.focus();
      } else if (view === "text") {
        const answer = await this.draft.keep(true);
        this.text.textContent = answer?.text ?? this.words.unsaved;
      } else if (focus) {
        this.textarea.focus();
      }
    }

    // The frame with the present text in it.
    async open() {
      if (!this.squire) {
        await new Promise((resolve) => {
          this.frame.addEventListener("load", resolve, { once: true });
          this.frame.src = this.frame.dataset.src;
        });
        const { Squire } = this.frame.contentWindow;
        if (!Squire) return this.show("html", false);
        const body = this.frame.contentDocument.body;
        body.setAttribute("role", "textbox");
        body.setAttribute("aria-multiline", "true");
        body.setAttribute("aria-label", this.frame.title);
        this.squire = new Squire(body, { blockTag: "P", sanitizeToDOMFragment: (html) => cleaned(this.frame, html) });
        this.squire.addEventListener("input", () => {
          if (this.filling) return;
          this.stale = true;
          this.draft.changed();
          clearTimeout(this.writing);
          this.writing = setTimeout(() => this.write(), 300);
        });
        this.squire.addEventListener("pathChange", () => this.mark());
        // The way out by the keyboard.
        this.squire.setKeyHandler("Escape", (_, event) => {
          event.preventDefault();
          this.root.querySelector("[data-view=visual]").focus();
        });
      }
      if (this.shown !== this.textarea.value) {
        this.shown = this.textarea.value;
        this.filling = true;
        this.squire.setHTML(asHtml(this.shown));
        // Squire tells of its own filling behind the present turn.
        setTimeout(() => { this.filling = false; }, 50);
      }
    }

    // Into the field that is sent, if somebody has changed something here: HTML that was only looked at stays as it was.
    write() {
      if (!this.stale || !this.squire) return;
      this.stale = false;
      this.textarea.value = this.shown = this.squire.getHTML();
    }

    mark() {
      const on = {
        bold: this.squire.hasFormat("B") || this.squire.hasFormat("STRONG"),
        italic: this.squire.hasFormat("I") || this.squire.hasFormat("EM"),
        heading: /(^|>)H[1-6]/.test(this.squire.getPath()),
        list: this.squire.hasFormat("UL"),
        numbers: this.squire.hasFormat("OL"),
        quote: this.squire.hasFormat("BLOCKQUOTE"),
        link: this.squire.hasFormat("A"),
      };
      this.on = on;
      for (const [name, is] of Object.entries(on)) this.root.querySelector(`[data-command=${name}]`).setAttribute("aria-pressed", is);
    }

    async run(command) {
      const { squire } = this;
      if (!squire) return;
      const on = this.on?.[command];
      switch (command) {
        case "bold": on ? squire.removeBold() : squire.bold(); break;
        case "italic": on ? squire.removeItalic() : squire.italic(); break;
        case "heading": this.heading(on ? "P" : "H2"); break;
        case "list": on ? squire.removeList() : squire.makeUnorderedList(); break;
        case "numbers": on ? squire.removeList() : squire.makeOrderedList(); break;
        case "quote": on ? squire.decreaseQuoteLevel() : squire.increaseQuoteLevel(); break;
        case "undo": squire.undo(); break;
        case "redo": squire.redo(); break;
        case "link": {
          if (on) { squire.removeLink(); break; }
          const address = await this.ask("link");
          if (address) squire.makeLink(address);
          break;
        }
        case "image": {
          const address = await this.ask("image");
          if (address) squire.insertImage(address, { alt: "" });
          break;
        }
      }
      this.stale = true;
      this.draft.changed();
      squire.focus();
    }

    heading(tag) {
      this.squire.modifyBlocks((fragment) => {
        for (const block of [...fragment.querySelectorAll("p, div, h1, h2, h3, h4, h5, h6")]) {
          if (block.querySelector("p, div, table, ul, ol")) continue;
          const changed = block.ownerDocument.createElement(tag);
          changed.append(...block.childNodes);
          block.replaceWith(changed);
        }
        return fragment;
      });
    }

    insert(text) {
      if (!text) return;
      if (this.view === "visual" && this.squire) {
        this.squire.insertPlainText(text, false);
        this.stale = true;
        this.squire.focus();
      } else {
        const { selectionStart, selectionEnd } = this.textarea;
        this.textarea.setRangeText(text, selectionStart, selectionEnd, "end");
        this.textarea.focus();
      }
      this.draft.changed();
    }

    // An address, or nothing.
    ask(what) {
      const dialog = this.root.querySelector("[data-question]");
      const input = dialog.querySelector("input");
      const label = dialog.querySelector("[data-label]");
      label.textContent = label.dataset[what];
      input.value = "";
      dialog.showModal();
      input.focus();
      return new Promise((resolve) => {
        const answer = (value) => { dialog.close(); resolve(value); };
        for (const button of dialog.querySelectorAll("[data-answer]")) button.onclick = () => answer(button.dataset.answer && input.value.trim());
        dialog.oncancel = () => resolve("");
        input.oninput = (event) => event.stopPropagation();
        // It stands in the message's form, which Enter would send.
        input.onkeydown = (event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          answer(input.value.trim());
        };
      });
    }

    // The preview shows the draft; where none is kept yet it is kept first.
    async preview(event) {
      if (this.root.hasAttribute("data-draft-waits")) return;
      event.preventDefault();
      const page = window.open("", "_blank");
      const answer = await this.draft.keep(true);
      const address = event.target.closest("a").href;
      if (!answer) page?.close();
      else if (page) page.location = address;
      else location.assign(address);
    }
  }

  // What is typed, on the server, some seconds behind.
  class Draft {
    constructor(editor) {
      this.editor = editor;
      this.waits = editor.root.hasAttribute("data-draft-waits");
      this.dirty = false;
      this.running = null;
      this.timer = null;
      this.stopped = false;
      const leave = () => { if (document.visibilityState === "hidden" && this.dirty) this.keep(false, true); };
      document.addEventListener("visibilitychange", leave);
    }

    changed() {
      if (this.waits || this.stopped) return;
      this.dirty = true;
      this.timer ??= setTimeout(() => this.keep(), SAVE_AFTER);
    }

    stop() {
      this.stopped = true;
      clearTimeout(this.timer);
      this.abort?.abort();
    }

    // Saving has failed, or somebody came back to the page: what is typed from here on is kept again.
    goOn() {
      if (!this.stopped || this.elsewhere) return;
      this.stopped = false;
      this.changed();
    }

    // The server's answer; null where it keeps nothing.
    async keep(withText = false, leaving = false) {
      if (this.waits || this.stopped || !this.editor.root.isConnected) return null;
      while (this.running) await this.running;
      clearTimeout(this.timer);
      this.timer = null;
      this.running = this.send(withText, leaving);
      try {
        return await this.running;
      } finally {
        this.running = null;
      }
    }

    async send(withText, leaving) {
      const { editor } = this;
      editor.write();
      this.dirty = false;
      const value = (name) => editor.form.querySelector(`[name=${name}]`).value;
      const body = new URLSearchParams({
        subject: value("subject"), body: value("body"), version: value("version"), draft_version: value("draft_version"),
        draft_writer: value("draft_writer"), with_text: withText,
      });
      const submission = editor.form.querySelector("[name=submission_id]");
      if (submission) body.set("submission_id", submission.value);
      this.abort = new AbortController();
      let answer;
      try {
        answer = await fetch(editor.root.dataset.draft, {
          method: "PUT", body, headers: { "X-CSRF-Token": value("csrf_token"), "HX-Request": "true" }, signal: this.abort.signal,
          // Browsers let no more than this outlive its page.
          keepalive: leaving && body.toString().length < 60000,
        });
      } catch {
        if (!this.stopped) this.later(editor.words.away);
        return null;
      }
      if (answer.status === 401) {
        this.later(editor.words["signed-out"]);
        return null;
      }
      if (!answer.ok && answer.status !== 409) {
        this.later(editor.words.unsaved);
        return null;
      }
      const said = await answer.json();
      editor.say(said.words);
      if (!answer.ok) {
        // Another tab goes on with it; this one keeps what it has until it is saved.
        this.stopped = this.elsewhere = true;
        return null;
      }
      // Saving the message takes this draft along.
      editor.form.querySelector("[name=draft_version]").value = said.version;
      for (const [name, fault] of Object.entries(said.faults)) editor.fault(name, fault);
      return said;
    }

    later(words) {
      this.editor.say(words);
      this.dirty = true;
      this.timer ??= setTimeout(() => this.keep(), TRY_AGAIN_AFTER);
    }
  }

  const enhance = () => {
    for (const root of document.querySelectorAll("[data-mail-editor]:not(.is-enhanced)")) new MailEditor(root);
  };
  document.addEventListener("DOMContentLoaded", enhance);
  document.addEventListener("htmx:after:swap", enhance);
})();
