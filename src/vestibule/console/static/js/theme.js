// Before the first paint: the theme that was chosen, if one was. Otherwise the system's own.
const chosenTheme = localStorage.getItem("vestibule.theme");
if (chosenTheme) document.documentElement.dataset.theme = chosenTheme;
