// Browsers close only a page that another one has opened, as the practice's website does. Else the words stand there.
window.close();
