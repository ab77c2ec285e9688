// Sets the chosen theme before anything is painted. A plain script: modules run too late for that.
"use strict";
{
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}
