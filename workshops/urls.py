from django.urls import URLPattern

# Each address stands beside the others of its screen; `/o/…` is for members, `/w/…` for whoever has the code.
lists: list[URLPattern] = []
console: list[URLPattern] = []
wall: list[URLPattern] = []
after: list[URLPattern] = []
phone: list[URLPattern] = []

app_name = "workshops"
urlpatterns = [*lists, *console, *wall, *after, *phone]
